package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whom a connection to the database trusts, by region: RDS's authorities there, and Amazon's. */
class CertificatesTest {
  private static final Path FOLDER = Path.of("src/main/resources/rds");
  private static final Date LONG_FROM_NOW = Date.from(Instant.parse("2035-01-01T00:00:00Z"));

  @Test
  void eachRegionHasItsThreeAuthoritiesAndAmazonsFour_eachItsOwnIssuer_forYears()
      throws IOException, GeneralSecurityException {
    List<Path> files;
    try (Stream<Path> all = Files.list(FOLDER)) {
      files = all.sorted().toList();
    }
    assertTrue(files.size() >= 20, files.toString());
    for (Path file : files) {
      String region = file.getFileName().toString().replace(".pem", "");
      TreeSet<String> names = new TreeSet<>();
      try (InputStream pem = Files.newInputStream(file)) {
        for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
          X509Certificate certificate = (X509Certificate) each;
          certificate.verify(certificate.getPublicKey());
          assertTrue(certificate.getBasicConstraints() >= 0, file + " holds no authority");
          assertTrue(certificate.getNotAfter().after(LONG_FROM_NOW), certificate.toString());
          names.add(
              certificate
                  .getSubjectX500Principal()
                  .getName()
                  .replaceFirst(".*?CN=([^,]+).*", "$1"));
        }
      }
      assertEquals(
          new TreeSet<>(
              List.of(
                  "Amazon RDS " + region + " Root CA RSA2048 G1",
                  "Amazon RDS " + region + " Root CA RSA4096 G1",
                  "Amazon RDS " + region + " Root CA ECC384 G1",
                  "Amazon Root CA 1",
                  "Amazon Root CA 2",
                  "Amazon Root CA 3",
                  "Amazon Root CA 4")),
          names,
          region);
    }
  }
}
