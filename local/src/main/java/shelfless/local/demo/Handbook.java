package shelfless.local.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * The shop's own handbook: the project's documentation as an e-book (EPUB 3), a chapter a page of
 * Markdown.
 */
final class Handbook {
  private record Chapter(String file, String title, String html) {}

  private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
  private static final String STYLE =
      """
      body { font-family: serif; line-height: 1.5; margin: 1em; }
      code, pre { font-family: monospace; font-size: .85em; }
      pre { white-space: pre-wrap; }
      table { border-collapse: collapse; }
      th, td { border: 1px solid; padding: .2em .5em; vertical-align: top; }
      """;

  private final List<Chapter> chapters;

  private Handbook(List<Chapter> chapters) {
    this.chapters = chapters;
  }

  /** Reads all pages of a folder and of the folders in it; the folder's own pages come first. */
  static Handbook read(Path docs) throws IOException {
    List<Path> pages;
    try (Stream<Path> files = Files.walk(docs)) {
      pages =
          files
              .filter(file -> file.toString().endsWith(".md"))
              .sorted(
                  (a, b) ->
                      a.getNameCount() == b.getNameCount()
                          ? a.compareTo(b)
                          : Integer.compare(a.getNameCount(), b.getNameCount()))
              .toList();
    }
    Map<Path, String> names = new HashMap<>();
    for (Path page : pages) {
      names.put(page.normalize(), "chapter-%02d.xhtml".formatted(names.size() + 1));
    }
    List<Chapter> chapters = new ArrayList<>();
    for (Path page : pages) {
      Node document = PARSER.parse(Files.readString(page));
      document.accept(new BookLinks(page, names));
      chapters.add(
          new Chapter(
              names.getOrDefault(page.normalize(), ""),
              title(document, page),
              renderer().render(document)));
    }
    if (chapters.isEmpty()) {
      throw new IOException("There are no pages in " + docs);
    }
    return new Handbook(chapters);
  }

  private static HtmlRenderer renderer() {
    return HtmlRenderer.builder()
        .extensions(EXTENSIONS)
        .escapeHtml(true)
        .percentEncodeUrls(true)
        .attributeProviderFactory(
            context ->
                (node, tag, attributes) -> {
                  // XHTML has no such attribute any more.
                  String align = attributes.remove("align");
                  if (align != null) {
                    attributes.put("style", "text-align: " + align);
                  }
                })
        .build();
  }

  private static String title(Node document, Path page) {
    StringBuilder title = new StringBuilder();
    for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading heading) {
        heading.accept(
            new AbstractVisitor() {
              @Override
              public void visit(Text text) {
                title.append(text.getLiteral());
              }

              @Override
              public void visit(Code code) {
                title.append(code.getLiteral());
              }

              @Override
              public void visit(SoftLineBreak lineBreak) {
                title.append(' ');
              }
            });
        return title.toString();
      }
    }
    return page.getFileName().toString().replaceFirst("\\.md$", "");
  }

  /**
   * Makes links between pages links between chapters. Those to files that are not in the book, and
   * pictures, keep only their text.
   */
  private static final class BookLinks extends AbstractVisitor {
    private final Path page;
    private final Map<Path, String> names;

    BookLinks(Path page, Map<Path, String> names) {
      this.page = page;
      this.names = names;
    }

    @Override
    public void visit(Link link) {
      visitChildren(link);
      String target = link.getDestination();
      if (target.matches("https?://.*|mailto:.*")) {
        return;
      }
      String file = target.replaceFirst("#.*", "");
      String chapter = names.get(page.resolveSibling(file).normalize());
      if (chapter != null && !file.isEmpty()) {
        link.setDestination(chapter);
      } else {
        keepText(link);
      }
    }

    @Override
    public void visit(Image image) {
      visitChildren(image);
      keepText(image);
    }

    private static void keepText(Node node) {
      for (Node child = node.getFirstChild(); child != null; child = node.getFirstChild()) {
        node.insertBefore(child);
      }
      node.unlink();
    }
  }

  /** The whole book. */
  byte[] epub(String title) throws IOException {
    return epub(title, chapters);
  }

  /** Its first chapter. */
  byte[] sample(String title) throws IOException {
    Chapter first = chapters.getFirst();
    // Without the others, links to them would lead nowhere.
    String html = first.html.replaceAll("<a href=\"chapter-[^\"]*\">(.*?)</a>", "$1");
    return epub(title, List.of(new Chapter(first.file, first.title, html)));
  }

  private static byte[] epub(String title, List<Chapter> chapters) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipWriter zip = new ZipWriter(out)) {
      // First, and not compressed: so programs tell an EPUB from any other archive.
      zip.addStored("mimetype", utf8("application/epub+zip"));
      zip.add(
          "META-INF/container.xml",
          utf8(
              """
              <?xml version="1.0" encoding="UTF-8"?>
              <container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
                <rootfiles>
                  <rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
                </rootfiles>
              </container>
              """));
      zip.add("EPUB/package.opf", utf8(packageDocument(title, chapters)));
      zip.add("EPUB/nav.xhtml", utf8(navigation(chapters)));
      zip.add("EPUB/style.css", utf8(STYLE));
      for (Chapter chapter : chapters) {
        zip.add("EPUB/" + chapter.file, utf8(page(chapter.title, chapter.html)));
      }
    }
    return out.toByteArray();
  }

  private static String packageDocument(String title, List<Chapter> chapters) {
    StringBuilder manifest = new StringBuilder();
    StringBuilder spine = new StringBuilder();
    for (Chapter chapter : chapters) {
      String id = chapter.file.replace(".xhtml", "");
      manifest.append(
          "    <item id=\"%s\" href=\"%s\" media-type=\"application/xhtml+xml\"/>\n"
              .formatted(id, chapter.file));
      spine.append("    <itemref idref=\"%s\"/>\n".formatted(id));
    }
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
          <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
            <dc:identifier id="id">urn:uuid:%s</dc:identifier>
            <dc:title>%s</dc:title>
            <dc:language>en</dc:language>
            <meta property="dcterms:modified">2026-01-01T00:00:00Z</meta>
          </metadata>
          <manifest>
            <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
            <item id="style" href="style.css" media-type="text/css"/>
        %s  </manifest>
          <spine>
        %s  </spine>
        </package>
        """
        .formatted(UUID.nameUUIDFromBytes(utf8(title)), escape(title), manifest, spine);
  }

  private static String navigation(List<Chapter> chapters) {
    StringBuilder list = new StringBuilder();
    for (Chapter chapter : chapters) {
      list.append(
          "<li><a href=\"%s\">%s</a></li>\n".formatted(chapter.file, escape(chapter.title)));
    }
    return page(
        "Contents", "<nav epub:type=\"toc\"><h1>Contents</h1>\n<ol>\n" + list + "</ol></nav>\n");
  }

  private static String page(String title, String body) {
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE html>
        <html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
        <head><title>%s</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
        <body>
        %s</body>
        </html>
        """
        .formatted(escape(title), body);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
