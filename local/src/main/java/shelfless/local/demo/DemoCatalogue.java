package shelfless.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import shelfless.catalog.ListProducts;
import shelfless.local.Json;

/**
 * The catalogue of the first start, of real things: the project's documentation as a book and its
 * first chapter as a free sample, a part of the shop as software with a licence, and a set of sound
 * files, one of which is larger than 100 MB.
 */
public final class DemoCatalogue {
  private static final int LONG_SECONDS = 660;
  private static final int SHORT_SECONDS = 20;
  private static final String EPUB = "application/epub+zip";

  private interface Content {
    void write(OutputStream out) throws IOException;
  }

  private record File(String name, String mimeType, Content content) {}

  private DemoCatalogue() {}

  /**
   * Puts the catalogue on sale. What is there already, from a start that was broken off, stays.
   *
   * @param shop where the shop is
   * @param apiKey a key that may manage products
   * @param docs the folder of the project's documentation
   * @param scratch a folder for files that are needed only meanwhile
   */
  public static void create(URI shop, String apiKey, Path docs, Path scratch)
      throws IOException, InterruptedException {
    Handbook handbook = Handbook.read(docs);
    try (Seller seller = new Seller(shop, apiKey)) {
      JsonNode there = seller.products();
      offer(
          seller,
          there,
          scratch,
          product("shelfless-handbook", "The Shelfless Handbook", "ebook", 1900)
              .put(
                  "description",
                  "How this shop is built and why: its rules, its data, its decisions. As EPUB, without copy protection.")
              .set("tags", tags("book", "documentation")),
          new File(
              "shelfless-handbook.epub",
              EPUB,
              out -> out.write(handbook.epub("The Shelfless Handbook"))));
      offer(
          seller,
          there,
          scratch,
          product("shelfless-handbook-sample", "The Shelfless Handbook: a sample", "ebook", 0)
              .put("description", "The first chapter of the handbook, for nothing.")
              .set("tags", tags("book", "free")),
          new File(
              "shelfless-handbook-sample.epub",
              EPUB,
              out -> out.write(handbook.sample("The Shelfless Handbook: a sample"))));
      ObjectNode software =
          product("shelfless-toolkit", "Shelfless Toolkit", "software", 4900)
              .put(
                  "description",
                  "The part of the shop that lists products and searches them, as a Java library. Each copy comes with a licence key for three machines.");
      software.set("tags", tags("software", "java"));
      software.putObject("license").put("activation_limit", 3).put("valid_days", 365);
      offer(
          seller,
          there,
          scratch,
          software,
          new File("shelfless-toolkit.jar", "application/java-archive", DemoCatalogue::jar));
      offer(
          seller,
          there,
          scratch,
          product("quiet-chords", "Quiet Chords", "audio", 1200)
              .put(
                  "description",
                  "Eleven minutes of quiet chords to work by, uncompressed, with a short cut for alarms and notes on how they were made.")
              .set("tags", tags("audio", "set")),
          new File(
              "notes.txt",
              "text/plain",
              out ->
                  out.write(
                      "Four chords of four sine waves each, eight seconds a chord, 44.1 kHz, 16 bits, stereo.\n"
                          .getBytes(StandardCharsets.UTF_8))),
          new File("short-cut.wav", "audio/wav", out -> Sound.write(SHORT_SECONDS, out)),
          new File("quiet-chords.wav", "audio/wav", out -> Sound.write(LONG_SECONDS, out)));
    }
  }

  private static ObjectNode product(String slug, String title, String kind, int cents) {
    ObjectNode product = Json.object();
    product.put("slug", slug);
    product.put("title", title);
    product.put("kind", kind);
    product.put("visibility", "public");
    product.putObject("price").put("amount", cents).put("currency", "EUR");
    return product;
  }

  private static ArrayNode tags(String... tags) {
    ArrayNode array = Json.array();
    Stream.of(tags).forEach(array::add);
    return array;
  }

  private static void offer(
      Seller seller, JsonNode there, Path scratch, JsonNode product, File... files)
      throws IOException, InterruptedException {
    JsonNode offered = there.path(product.path("slug").asText());
    if (offered.isMissingNode()) {
      offered = seller.createProduct(product);
    }
    for (File file : files) {
      if (!isReady(offered, file)) {
        Path content = scratch.resolve(file.name);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(content))) {
          file.content.write(out);
        }
        try {
          seller.upload(offered.path("id").asText(), file.name, file.mimeType, content);
        } finally {
          Files.delete(content);
        }
      }
    }
  }

  private static boolean isReady(JsonNode product, File file) {
    return product
        .path("assets")
        .valueStream()
        .anyMatch(
            asset ->
                asset.path("file_name").asText().equals(file.name)
                    && asset.path("status").asText().equals("ready"));
  }

  /** The classes of the catalogue's module, as a jar: it may be one already, or a folder. */
  private static void jar(OutputStream out) throws IOException {
    Path classes;
    try {
      classes =
          Path.of(ListProducts.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException impossible) {
      throw new IOException(impossible);
    }
    if (Files.isRegularFile(classes)) {
      Files.copy(classes, out);
      return;
    }
    List<Path> files;
    try (Stream<Path> tree = Files.walk(classes)) {
      files = tree.filter(Files::isRegularFile).sorted().toList();
    }
    try (ZipWriter zip = new ZipWriter(out)) {
      zip.add(
          "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      for (Path file : files) {
        zip.add(classes.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
  }
}
