package shelfless.bench;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/**
 * What is in {@code /var/runtime} of the java25 managed runtime, as far as it is known: Lambda's
 * own Java runtime client, its native library, and the JVM's options.
 *
 * <p>AWS does not publish the command line. It is pieced together from what is seen on running
 * functions (for java17 and java21, noted in public wrapper scripts: the heap is 85 % of the
 * memory, the serial collector, the flags below), and from AWS's documentation of what java25 does
 * otherwise: C1 only, but the JVM's defaults under SnapStart; an ahead-of-time cache in place of
 * the archive {@code runtime.jsa}; no agent against Log4Shell. See docs/performance.md.
 */
final class RuntimeClient {
  /** The class whose main method runs functions. */
  static final String MAIN = AWSLambda.class.getName();

  private static final int HEAP_PERCENT = 85;

  private final Path nativeLibrary;
  private final Optional<Path> cache;
  private final List<String> options;

  private RuntimeClient(Path nativeLibrary, Optional<Path> cache, List<String> options) {
    this.nativeLibrary = nativeLibrary;
    this.cache = cache;
    this.options = options;
  }

  /**
   * Lays the client out in a folder; it has no cache yet.
   *
   * @param options of the JVM, beside Lambda's
   */
  static RuntimeClient layOut(Path folder, List<String> options) throws IOException {
    Files.createDirectories(folder);
    String arch = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
    String name = "libaws-lambda-jni.linux-" + arch + ".so";
    Path library = folder.resolve(name);
    try (InputStream packed = AWSLambda.class.getResourceAsStream("/jni/" + name)) {
      if (packed == null) {
        throw new IOException("The runtime client has no " + name);
      }
      Files.write(library, packed.readAllBytes());
    }
    return new RuntimeClient(library, Optional.empty(), options);
  }

  /** The same, with an ahead-of-time cache. */
  RuntimeClient with(Path cache) {
    return new RuntimeClient(nativeLibrary, Optional.of(cache), options);
  }

  /**
   * The command that runs a handler.
   *
   * @param memory of the function, in MB
   * @param snapStart whether the environment is to be checkpointed
   * @param more further options of the JVM
   */
  List<String> command(String handler, int memory, boolean snapStart, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:MaxHeapSize=%dk".formatted((long) memory * 1024 * HEAP_PERCENT / 100));
    command.add("-XX:+UseSerialGC");
    if (!snapStart) {
      command.add("-XX:+TieredCompilation");
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.add("--add-opens=java.base/java.io=ALL-UNNAMED");
    command.add("-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac");
    command.add("-XX:+ErrorFileToStderr");
    command.add(
        "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI="
            + nativeLibrary);
    cache.ifPresent(file -> command.add("-XX:AOTCache=" + file));
    command.addAll(options);
    command.addAll(more);
    command.add("-classpath");
    command.add(classPath());
    command.add(MAIN);
    command.add(handler);
    return command;
  }

  /** The client and what it needs; the function's code is loaded by the client itself. */
  private static String classPath() {
    return Stream.of(
            RequestStreamHandler.class,
            AWSLambda.class,
            PojoSerializer.class,
            SdkInternalThreadLocal.class)
        .map(type -> TaskFolder.origin(type).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "runtime client %s, %s an ahead-of-time cache",
        AWSLambda.class.getPackage().getImplementationVersion(),
        cache.isPresent() ? "with" : "WITHOUT");
  }
}
