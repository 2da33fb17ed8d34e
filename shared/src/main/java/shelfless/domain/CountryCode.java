package shelfless.domain;

import java.util.Locale;
import java.util.Optional;

/** A country, as its ISO 3166-1 code of two upper-case letters: what tax depends on. */
public record CountryCode(String value) {
  /** An {@link IllegalArgumentException} when there is no such country: {@link #parse} input. */
  public CountryCode {
    if (!Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA2).contains(value)) {
      throw new IllegalArgumentException("not an ISO 3166-1 country: " + value);
    }
  }

  /** The country of that code in either case, or nothing. */
  public static Optional<CountryCode> parse(String code) {
    try {
      return Optional.of(new CountryCode(code.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }
}
