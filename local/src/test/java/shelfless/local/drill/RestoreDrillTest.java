package shelfless.local.drill;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreDrillTest {
  @Test
  void whatWasSoldAfterTheRestorePointComesBackFromTheProvider(@TempDir Path folder)
      throws Exception {
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    boolean passed =
        new RestoreDrill(
                Path.of("..").toAbsolutePath().normalize(),
                folder,
                new PrintStream(report, true, StandardCharsets.UTF_8))
            .run();
    assertTrue(passed, () -> report.toString(StandardCharsets.UTF_8));
  }
}
