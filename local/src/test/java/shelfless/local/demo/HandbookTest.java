package shelfless.local.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class HandbookTest {
  private static final Path DOCS = Path.of("../docs");

  private static Map<String, byte[]> entries(byte[] archive) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
    }
    return entries;
  }

  @Test
  void theBookIsAnEpub_ofWellFormedChaptersWhoseLinksLeadSomewhere() throws Exception {
    byte[] book = Handbook.read(DOCS).epub("The Handbook");
    // The archive's first entry is plain text at a fixed place: how an EPUB is told.
    assertEquals(
        "mimetypeapplication/epub+zip", new String(book, 30, 28, StandardCharsets.US_ASCII));
    Map<String, byte[]> entries = entries(book);
    assertTrue(entries.containsKey("META-INF/container.xml"));
    DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    parser.setEntityResolver((publicId, systemId) -> null);
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      if (entry.getKey().matches(".*\\.(xhtml|opf|xml)")) {
        parser.parse(new ByteArrayInputStream(entry.getValue()));
      }
      if (entry.getKey().endsWith(".xhtml")) {
        Matcher link =
            Pattern.compile("href=\"([^\"]+)\"")
                .matcher(new String(entry.getValue(), StandardCharsets.UTF_8));
        while (link.find()) {
          String target = link.group(1);
          assertTrue(
              target.matches("https?://.*|mailto:.*") || entries.containsKey("EPUB/" + target),
              entry.getKey() + " links to " + target);
        }
      }
    }
  }

  @Test
  void theSampleIsTheFirstChapterOnly() throws Exception {
    Map<String, byte[]> entries = entries(Handbook.read(DOCS).sample("A sample"));
    assertTrue(entries.containsKey("EPUB/chapter-01.xhtml"));
    assertFalse(entries.containsKey("EPUB/chapter-02.xhtml"));
  }

  @Test
  void theSamePagesMakeTheSameBytes() throws Exception {
    assertArrayEquals(Handbook.read(DOCS).epub("A book"), Handbook.read(DOCS).epub("A book"));
  }
}
