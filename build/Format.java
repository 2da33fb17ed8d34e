import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Holds every Java file of the checkout to google-java-format: {@code check} names the files that differ and fails,
 * {@code write} rewrites them.
 */
public class Format {
  public static void main(String[] arguments) throws Exception {
    boolean write = arguments.length > 0 && arguments[0].equals("write");
    List<Path> files;
    try (Stream<Path> tree = Files.walk(Path.of("."))) {
      files =
          tree.filter(path -> path.toString().endsWith(".java"))
              .filter(path -> path.toString().contains("/src/"))
              .filter(path -> !path.toString().contains("/target/"))
              .sorted()
              .toList();
    }
    Formatter formatter = new Formatter();
    int differing = 0;
    for (Path file : files) {
      String source = Files.readString(file);
      String formatted;
      try {
        formatted =
            formatter.formatSource(
                RemoveUnusedImports.removeUnusedImports(
                    ImportOrderer.reorderImports(source, Style.GOOGLE)));
      } catch (Exception unparsable) {
        System.err.println(file + ": " + unparsable.getMessage());
        differing++;
        continue;
      }
      if (!formatted.equals(source)) {
        if (write) {
          Files.writeString(file, formatted);
        } else {
          System.err.println(file + " is not formatted");
          differing++;
        }
      }
    }
    if (differing > 0) {
      System.err.println(differing + " file(s) differ: `mvn -N verify -Dformat.mode=write` formats them.");
      System.exit(1);
    }
  }
}
