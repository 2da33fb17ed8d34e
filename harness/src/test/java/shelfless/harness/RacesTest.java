package shelfless.harness;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RacesTest {
  private static final Report REPORT = new Report();
  private static final Settings SETTINGS = Settings.ofProcess();

  static Stream<Arguments> races() {
    return SETTINGS.chosen(Races.ALL, Races.Race::name).stream()
        .map(race -> arguments(race.name(), race));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("races")
  void howeverManyWantItAtOnce_exactlyWhatTheRuleAllowsHappens(String name, Races.Race race) {
    new Races(REPORT, SETTINGS.rounds()).run(race);
  }
}
