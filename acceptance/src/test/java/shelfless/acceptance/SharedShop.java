package shelfless.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one shop that runs while they do. Each test has products and buyers of its own;
 * those that move the clock or make services fail leave it so that others can work.
 */
final class SharedShop implements ParameterResolver {
  private static final class Running implements CloseableResource, AutoCloseable {
    final Shop shop = Shop.start("shared");

    @Override
    public void close() {
      shop.close();
    }
  }

  private static final Set<String> USERS = ConcurrentHashMap.newKeySet();

  /** Whether every test class that is for the shared shop has asked for it. */
  static boolean wasUsedByAll() {
    Path sources = ShopProcess.project().resolve("acceptance/src/test/java/shelfless/acceptance");
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replaceFirst("\\.java$", "");
        if (Files.readString(file).contains("@ExtendWith(SharedShop.class)")
            // What is named otherwise is run by itself only.
            && name.endsWith("Test")
            && !USERS.contains(name)) {
          return false;
        }
      }
      return true;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Shop.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    USERS.add(context.getRequiredTestClass().getSimpleName());
    return context
        .getRoot()
        .getStore(Namespace.create(SharedShop.class))
        .getOrComputeIfAbsent(Running.class, key -> new Running(), Running.class)
        .shop;
  }
}
