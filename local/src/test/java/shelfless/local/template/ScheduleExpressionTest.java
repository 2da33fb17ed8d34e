package shelfless.local.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleExpressionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rate(1 minute)          | 2026-03-01T10:00:30Z | 2026-03-01T10:01:30Z",
        "rate(2 hours)           | 2026-03-01T10:00:00Z | 2026-03-01T12:00:00Z",
        "cron(0 3 * * ? *)       | 2026-03-01T03:00:00Z | 2026-03-02T03:00:00Z",
        "cron(0 3 * * ? *)       | 2026-03-01T02:59:59Z | 2026-03-01T03:00:00Z",
        "cron(0/15 * * * ? *)    | 2026-03-01T10:46:00Z | 2026-03-01T11:00:00Z",
        "cron(30 4 1 * ? *)      | 2026-12-01T04:30:00Z | 2027-01-01T04:30:00Z",
        "cron(0 8 ? * MON-FRI *) | 2026-03-06T08:00:00Z | 2026-03-09T08:00:00Z",
        "cron(0 0 29 FEB ? *)    | 2026-03-01T00:00:00Z | 2028-02-29T00:00:00Z",
      })
  void theNextTimeIsTheFirstAfterTheGivenOne(String expression, Instant after, Instant next) {
    assertEquals(next, ScheduleExpression.parse(expression).next(after));
  }

  @Test
  void aYearThatIsOverNeverComesAgain() {
    assertEquals(
        Instant.MAX,
        ScheduleExpression.parse("cron(0 0 1 1 ? 2020)")
            .next(Instant.parse("2026-01-01T00:00:00Z")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rate(5)",
        "rate(0 minutes)",
        "cron(0 3 * * ?)",
        "cron(61 3 * * ? *)",
        "cron(0 3 L * ? *)",
        "every day"
      })
  void whatIsMalformedOrNotKnownIsRefused(String expression) {
    assertThrows(IllegalArgumentException.class, () -> ScheduleExpression.parse(expression));
  }
}
