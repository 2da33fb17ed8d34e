package shelfless.acceptance;

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

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Shop.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(SharedShop.class))
        .getOrComputeIfAbsent(Running.class, key -> new Running(), Running.class)
        .shop;
  }
}
