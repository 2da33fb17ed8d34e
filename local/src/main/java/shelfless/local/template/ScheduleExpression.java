package shelfless.local.template;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Year;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a schedule runs: {@code rate(5 minutes)} or {@code cron(0 3 * * ? *)}, in UTC, as
 * EventBridge Scheduler writes it.
 */
public sealed interface ScheduleExpression {
  /** The first time after this one; {@link Instant#MAX} when there is none. */
  Instant next(Instant after);

  /** An {@link IllegalArgumentException} says what is malformed or not known. */
  static ScheduleExpression parse(String text) {
    Matcher rate = Pattern.compile("rate\\((\\d+) (minute|hour|day)s?\\)").matcher(text);
    if (rate.matches()) {
      int count = Integer.parseInt(rate.group(1));
      if (count == 0) {
        throw new IllegalArgumentException("a rate is at least one: " + text);
      }
      return new Rate(
          Duration.of(
              count,
              switch (rate.group(2)) {
                case "minute" -> ChronoUnit.MINUTES;
                case "hour" -> ChronoUnit.HOURS;
                default -> ChronoUnit.DAYS;
              }));
    }
    Matcher cron = Pattern.compile("cron\\(([^()]+)\\)").matcher(text);
    if (cron.matches()) {
      String[] fields = cron.group(1).strip().split("\\s+");
      if (fields.length == 6) {
        return Cron.of(fields);
      }
    }
    throw new IllegalArgumentException("a rate(...) or cron(...) is expected, not " + text);
  }

  /** Again and again after the same time. */
  record Rate(Duration period) implements ScheduleExpression {
    @Override
    public Instant next(Instant after) {
      return after.plus(period);
    }
  }

  /** Whenever each field allows; days of the week count from 1 for Sunday. */
  record Cron(
      BitSet minutes, BitSet hours, BitSet days, BitSet months, BitSet weekdays, BitSet years)
      implements ScheduleExpression {
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2199;
    private static final List<String> MONTHS =
        List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> WEEKDAYS =
        List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    private static Cron of(String[] fields) {
      return new Cron(
          field(fields[0], 0, 59, List.of()),
          field(fields[1], 0, 23, List.of()),
          field(fields[2], 1, 31, List.of()),
          field(fields[3], 1, 12, MONTHS),
          field(fields[4], 1, 7, WEEKDAYS),
          field(fields[5], FIRST_YEAR, LAST_YEAR, List.of()));
    }

    private static BitSet field(String text, int least, int most, List<String> names) {
      BitSet allowed = new BitSet(most + 1);
      for (String part : text.split(",", -1)) {
        String[] rangeAndStep = part.split("/", 2);
        String range = rangeAndStep[0];
        int step = rangeAndStep.length == 2 ? number(rangeAndStep[1], 1, most, List.of()) : 1;
        int from;
        int to;
        if (range.equals("*") || range.equals("?")) {
          from = least;
          to = most;
        } else if (range.contains("-")) {
          String[] ends = range.split("-", 2);
          from = number(ends[0], least, most, names);
          to = number(ends[1], least, most, names);
        } else {
          from = number(range, least, most, names);
          to = rangeAndStep.length == 2 ? most : from;
        }
        for (int value = from; value <= to; value += step) {
          allowed.set(value);
        }
      }
      return allowed;
    }

    private static int number(String text, int least, int most, List<String> names) {
      int named = names.indexOf(text.toUpperCase(Locale.ROOT));
      try {
        int value = named >= 0 ? named + least : Integer.parseInt(text);
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException malformed) {
        // Said below, together with numbers out of range.
      }
      throw new IllegalArgumentException(
          "cron field '%s' is not known here: numbers from %d to %d, lists, ranges and steps are"
              .formatted(text, least, most));
    }

    @Override
    public Instant next(Instant after) {
      LocalDateTime start =
          LocalDateTime.ofInstant(after, ZoneOffset.UTC)
              .truncatedTo(ChronoUnit.MINUTES)
              .plusMinutes(1);
      LocalDate end = LocalDate.of(LAST_YEAR, 12, 31);
      for (LocalDate day = start.toLocalDate(); !day.isAfter(end); day = day.plusDays(1)) {
        if (!years.get(day.getYear())) {
          day = Year.of(day.getYear()).atDay(1).plusYears(1).minusDays(1);
        } else if (allows(day)) {
          boolean today = day.equals(start.toLocalDate());
          for (int hour = hours.nextSetBit(today ? start.getHour() : 0);
              hour >= 0;
              hour = hours.nextSetBit(hour + 1)) {
            boolean thisHour = today && hour == start.getHour();
            int minute = minutes.nextSetBit(thisHour ? start.getMinute() : 0);
            if (minute >= 0) {
              return day.atTime(hour, minute).toInstant(ZoneOffset.UTC);
            }
          }
        }
      }
      return Instant.MAX;
    }

    private boolean allows(LocalDate day) {
      return months.get(day.getMonthValue())
          && days.get(day.getDayOfMonth())
          && weekdays.get(day.getDayOfWeek().getValue() % 7 + 1);
    }
  }
}
