package shelfless.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM loaded, from its own log ({@code -Xlog:class+load}, with the nanoseconds since its
 * start).
 */
final class ClassLog {
  private static final Pattern LINE = Pattern.compile("\\[(\\d+)ns] (\\S+) source: (.*)");
  private static final double NANOS = 1e6;

  /** How deep a package's name is shown. */
  private static final int PACKAGE_PARTS = 4;

  private final List<Loaded> classes = new ArrayList<>();

  /**
   * A class.
   *
   * @param milliseconds since the JVM's start
   * @param source {@code shared objects file} when it came from a class archive or an ahead-of-time
   *     cache
   */
  record Loaded(double milliseconds, String name, String source) {
    boolean isShared() {
      return source.startsWith("shared objects file");
    }

    /** Whether it was made while running, as lambdas and method handles are. */
    boolean isMade() {
      return name.contains("/0x") || name.contains("$$Lambda") || source.startsWith("__");
    }
  }

  /**
   * Classes that belong together.
   *
   * @param shared how many of them came from a class archive
   * @param made how many were made while running
   * @param milliseconds what passed, for each of them, since the class that was loaded before it:
   *     the work that led to it, its own loading included
   */
  record Group(String name, int classes, int shared, int made, double milliseconds) {}

  /** The option that makes a JVM write such a log. */
  static String option(Path file) {
    return "-Xlog:class+load=info:file=" + file + ":uptimenanos:filecount=0";
  }

  static ClassLog read(Path file) throws IOException {
    return of(Files.readAllLines(file));
  }

  static ClassLog of(List<String> lines) {
    ClassLog log = new ClassLog();
    for (String line : lines) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        log.classes.add(
            new Loaded(
                Long.parseLong(matcher.group(1)) / NANOS, matcher.group(2), matcher.group(3)));
      }
    }
    return log;
  }

  int count() {
    return classes.size();
  }

  /** When the class was loaded, in milliseconds since the JVM's start. */
  OptionalDouble when(String name) {
    return classes.stream()
        .filter(loaded -> loaded.name.equals(name))
        .mapToDouble(Loaded::milliseconds)
        .findFirst();
  }

  /** By whose they are; the group with the most time first. */
  List<Group> byOrigin() {
    return grouped(loaded -> origin(loaded.name));
  }

  /** By packages; the package with the most time first. */
  List<Group> byPackage() {
    return grouped(loaded -> packageOf(loaded.name));
  }

  private List<Group> grouped(Function<Loaded, String> key) {
    Map<String, Group> groups = new TreeMap<>();
    double before = 0;
    for (Loaded loaded : classes) {
      Group one =
          new Group(
              key.apply(loaded),
              1,
              loaded.isShared() ? 1 : 0,
              loaded.isMade() ? 1 : 0,
              loaded.milliseconds - before);
      before = loaded.milliseconds;
      groups.merge(
          one.name,
          one,
          (a, b) ->
              new Group(
                  a.name,
                  a.classes + b.classes,
                  a.shared + b.shared,
                  a.made + b.made,
                  a.milliseconds + b.milliseconds));
    }
    return groups.values().stream()
        .sorted(Comparator.comparingDouble(Group::milliseconds).reversed())
        .toList();
  }

  /** Whose a class is. */
  static String origin(String name) {
    if (starts(name, "shelfless.")) {
      return "ours";
    }
    if (starts(
        name,
        "com.amazonaws.services.lambda.",
        "com.amazonaws.lambda.",
        "software.amazon.awssdk.utilslite.")) {
      return "runtime client";
    }
    if (starts(name, "org.postgresql.")) {
      return "driver";
    }
    if (starts(name, "com.fasterxml.jackson.")) {
      return "Jackson";
    }
    if (starts(name, "software.amazon.")) {
      return "AWS SDK";
    }
    if (starts(name, "com.stripe.", "com.google.gson.")) {
      return "Stripe, with Gson";
    }
    if (starts(name, "gg.jte.")) {
      return "JTE";
    }
    if (starts(name, "java.", "javax.", "jdk.", "sun.", "com.sun.", "[") || !name.contains(".")) {
      return "JDK";
    }
    return "others";
  }

  private static boolean starts(String name, String... prefixes) {
    for (String prefix : prefixes) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  /** Its package, four names deep at the most. */
  static String packageOf(String name) {
    String plain = name.replaceFirst("/0x.*$", "").replaceFirst("\\$\\$Lambda.*$", "");
    int end = plain.lastIndexOf('.');
    if (end < 0) {
      return "(made)";
    }
    String[] parts = plain.substring(0, end).split("\\.");
    return String.join(".", List.of(parts).subList(0, Math.min(PACKAGE_PARTS, parts.length)));
  }
}
