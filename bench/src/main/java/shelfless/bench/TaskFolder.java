package shelfless.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.postgresql.Driver;

/**
 * A function's code as Lambda lays it out: the jar that is deployed, unpacked into a folder.
 *
 * @param folder what is {@code /var/task} in Lambda
 * @param jarBytes how large the jar is
 */
record TaskFolder(Path folder, long jarBytes) {

  /**
   * Unpacks a jar, once for all functions that it has.
   *
   * @param tasks where the folders are made
   */
  static TaskFolder unpack(Path jar, Path tasks) throws IOException {
    Path folder = tasks.resolve(jar.getFileName().toString().replaceFirst("\\.jar$", ""));
    if (!Files.exists(folder)) {
      Files.createDirectories(tasks);
      Path draft = Files.createTempDirectory(tasks, "draft");
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(jar))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          Path file = draft.resolve(entry.getName()).normalize();
          if (!file.startsWith(draft)) {
            throw new IOException(jar + " has an entry outside of it: " + entry.getName());
          }
          if (!entry.isDirectory()) {
            Files.createDirectories(file.getParent());
            Files.copy(zip, file);
          }
        }
      }
      Files.move(draft, folder);
    }
    return new TaskFolder(folder, Files.size(jar));
  }

  /** All that is on this program's class path, for what need not be laid out as it is deployed. */
  static TaskFolder ofClassPath(Path folder) throws IOException {
    Path lib = Files.createDirectories(folder.resolve("lib"));
    int count = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path from = Path.of(entry);
      if (Files.isRegularFile(from)) {
        Files.createSymbolicLink(lib.resolve(count++ + "-" + from.getFileName()), from);
      } else if (Files.isDirectory(from)) {
        try (Stream<Path> files = Files.walk(from)) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            Path to = folder.resolve(from.relativize(file).toString());
            Files.createDirectories(to.getParent());
            Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
    return new TaskFolder(folder, 0);
  }

  /**
   * Makes the jar of a floor, of these classes and nothing else but the driver if it needs that.
   */
  static Path floor(Path tasks, boolean withDriver, Class<?>... classes) throws IOException {
    Files.createDirectories(tasks);
    Path jar = tasks.resolve("floor-" + classes[0].getSimpleName() + ".jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Class<?> each : classes) {
        String entry = each.getName().replace('.', '/') + ".class";
        zip.putNextEntry(new ZipEntry(entry));
        try (InputStream code = each.getClassLoader().getResourceAsStream(entry)) {
          if (code == null) {
            throw new IOException("There is no " + entry);
          }
          code.transferTo(zip);
        }
      }
      if (withDriver) {
        copyDriver(zip);
      }
    }
    return jar;
  }

  /** As the shaded jars of the functions have it. */
  private static void copyDriver(ZipOutputStream zip) throws IOException {
    Set<String> copied = new TreeSet<>();
    try (ZipInputStream driver = new ZipInputStream(Files.newInputStream(origin(Driver.class)))) {
      for (ZipEntry entry = driver.getNextEntry(); entry != null; entry = driver.getNextEntry()) {
        String name = entry.getName();
        boolean counts = !name.startsWith("META-INF/") || name.startsWith("META-INF/services/");
        if (counts && !entry.isDirectory() && copied.add(name)) {
          zip.putNextEntry(new ZipEntry(name));
          driver.transferTo(zip);
        }
      }
    }
  }

  /** The jar or folder that a class comes from. */
  static Path origin(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
