package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @CsvSource({
    "The Shelfless Handbook, the-shelfless-handbook",
    "'  C++ & Rust: a (short) tour!  ', c-rust-a-short-tour",
    "Straße nach Ærø - Łódź café, strasse-nach-aero-lodz-cafe",
    "The seller's book, the-sellers-book",
    "Ⅷ ½ ﬁles, viii-1-2-files",
    "電子書, product",
    "!!!, product",
    "İstanbul, istanbul",
  })
  void slug_isMadeFromTheTitle(String title, String slug) {
    assertEquals(slug, Slug.of(title));
  }

  @Test
  void skuAndSlug_areNumberedWhenTaken() {
    assertEquals("the-handbook-2", Slug.of("The handbook", 2));
    assertEquals("THE-HANDBOOK", Sku.of("The handbook"));
    assertEquals("THE-HANDBOOK-12", Sku.of("The handbook", 12));
    assertEquals("PRODUCT", Sku.of("電子書"));
    assertEquals("product-3", Slug.of("電子書", 3));
  }

  @Property
  @Label("A slug or SKU that is made is one that may be used, whatever the title")
  void madeNames_areValid(@ForAll String title, @ForAll @IntRange(min = 1, max = 9999) int nth) {
    assertTrue(Slug.isValid(Slug.of(title, nth)));
    assertTrue(Sku.isValid(Sku.of(title, nth)));
  }

  @Test
  void longTitles_areCutToTheLimit() {
    assertEquals("a".repeat(100), Slug.of("a".repeat(300)));
    assertEquals("a".repeat(98) + "-2", Slug.of("a".repeat(300), 2));
    assertEquals("a".repeat(99), Slug.of("a".repeat(99) + " b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "a--b", "A", "ä", "a b", "a\n", "a/b"})
  void whatIsNoSlug_isRefused(String slug) {
    assertFalse(Slug.isValid(slug));
    assertFalse(Slug.isValid("a".repeat(101)));
  }

  @Test
  void sku_hasNoSpacesOrControlCharacters() {
    assertTrue(Sku.isValid("BOOK/001_x.2"));
    assertTrue(Sku.isValid("a".repeat(64)));
    for (String wrong : new String[] {"", " A", "A B", "A\n", "A\u202e", "a".repeat(65)}) {
      assertFalse(Sku.isValid(wrong), wrong);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ada@example.com",
        "ada.lovelace+shop@mail.example.co.uk",
        "o'brien@example.ie",
        "_a-1@1and1.example",
        "ada@xn--mller-kva.example",
      })
  void emailAddress_thatCanBeWrittenTo_isTaken(String address) {
    assertEquals(address, EmailAddress.parse(" " + address + "\t").orElseThrow().value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@example.",
        "ada@.com",
        "ada@-a.com",
        "ada@exa_mple.com",
        "a@b@example.com",
        ".ada@example.com",
        "ada..l@example.com",
        "ada l@example.com",
        "ada@exam ple.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada\u0000@example.com",
        "ada\u202e@example.com",
        "jörg@example.com",
        "ada@müller.example",
        "Ada <ada@example.com>",
        "ada@example.com,eve@example.com",
        "\"ada\"@example.com",
        "ada@[127.0.0.1]",
      })
  @DisplayName("Security: no address can break a header or reach a second reader")
  void whatIsNoEmailAddress_isRefused(String text) {
    assertEquals(Optional.empty(), EmailAddress.parse(text));
    assertThrows(IllegalArgumentException.class, () -> new EmailAddress(text));
  }

  @Test
  void emailAddress_hasItsLimitsAndOneKey() {
    String domain = ("@" + "a".repeat(62)) + ("." + "b".repeat(62)).repeat(2);
    String local = "x".repeat(64);
    String longest = local + domain + ".c".repeat((254 - local.length() - domain.length()) / 2);
    assertTrue(longest.length() >= 253 && EmailAddress.parse(longest).isPresent());
    assertTrue(EmailAddress.parse(longest + ".c").isEmpty());
    assertTrue(EmailAddress.parse("x".repeat(65) + "@example.com").isEmpty());
    assertTrue(EmailAddress.parse("a".repeat(100_000) + "@").isEmpty());
    assertEquals("ada@example.com", new EmailAddress("Ada@Example.COM").key());
  }

  @Test
  @DisplayName("Rule 11: a key is 125 random bits in characters that can't be misread")
  void licenseKey_isMadeOfRandomBytes() {
    byte[] random = new byte[LicenseKey.RANDOM_BYTES];
    assertEquals("00000-00000-00000-00000-00000", LicenseKey.of(random).value());
    Arrays.fill(random, (byte) 0xFF);
    assertEquals("ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ", LicenseKey.of(random).value());
    assertThrows(IllegalArgumentException.class, () -> LicenseKey.of(new byte[15]));
    assertThrows(IllegalArgumentException.class, () -> new LicenseKey("00000-00000"));
  }

  @Property
  @Label("Rule 11: a key is found again however it was typed")
  void licenseKey_isReadAsPeopleTypeIt(@ForAll @Size(LicenseKey.RANDOM_BYTES) byte[] random) {
    LicenseKey key = LicenseKey.of(random);
    String typed =
        " "
            + key.value()
                .toLowerCase(Locale.ROOT)
                .replace("-", " ")
                .replace('0', 'o')
                .replace('1', 'l');
    assertEquals(Optional.of(key), LicenseKey.parse(typed));
    assertEquals(Optional.of(key), LicenseKey.parse(key.value()));
  }

  @Test
  void licenseKey_ofAnotherForm_isNotOurs() {
    for (String other : new String[] {"", "ABCD-1234", "U".repeat(25), "é".repeat(25)}) {
      assertEquals(Optional.empty(), LicenseKey.parse(other));
    }
  }

  @ParameterizedTest
  @CsvSource({"DE, DE", "de, DE", "FR, FR"})
  void countryCode_isTakenInEitherCase(String code, String country) {
    assertEquals(Optional.of(new CountryCode(country)), CountryCode.parse(code));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "D", "DEU", "XX", "ZZ", "UK", "EU", "D\n"})
  void whatIsNoCountry_isRefused(String code) {
    assertEquals(Optional.empty(), CountryCode.parse(code));
  }
}
