package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * template.yaml, openapi.yaml, the handlers, the events and the shop that runs, against each other.
 */
@ExtendWith(SharedShop.class)
final class ContractTest {
  private static final Pattern HANDLER =
      Pattern.compile(
          "public final class (\\w+)\\s+(extends (Http|Page|Queue|Schedule)Handler|extends DeploymentStep)");

  private final Shop shop;
  private final Contract contract = Shop.contract();
  private final Template template = Template.read();

  ContractTest(Shop shop) {
    this.shop = shop;
  }

  @Test
  void templateAndOpenapiHaveTheSameRoutes() {
    Map<String, Set<String>> declared = new TreeMap<>();
    for (Contract.Operation operation : contract.operations()) {
      // The HEAD route of a page runs the page's own function.
      String function =
          operation.method().equals("HEAD")
              ? operation.id().replaceFirst("Head$", "")
              : operation.id();
      declared.computeIfAbsent(function, id -> new TreeSet<>()).add(operation.route());
    }
    Map<String, Set<String>> deployed = new TreeMap<>();
    template
        .functions()
        .keySet()
        .forEach(
            function -> {
              if (!template.routes(function).isEmpty() && !function.equals("UnknownRoute")) {
                deployed.put(function, template.routes(function));
              }
            });
    assertEquals(declared, deployed);
    assertEquals(Set.of("$default"), template.routes("UnknownRoute"));
  }

  @Test
  void templateAndHandlersNameEachOther() {
    Map<String, String> handlers = new TreeMap<>();
    Map<String, String> jars = new TreeMap<>();
    eachSource(
        "functions",
        (file, text) -> {
          Matcher handler = HANDLER.matcher(text);
          if (handler.find()) {
            String folder = file.subpath(0, file.getNameCount() - 1).toString();
            String name = folder.replaceFirst(".*/src/main/java/", "").replace('/', '.');
            handlers.put(handler.group(1), name + "." + handler.group(1));
            String module = file.subpath(1, 2).toString();
            jars.put(handler.group(1), "functions/" + module + "/target/" + module + "-lambda.jar");
          }
        });
    Map<String, String> deployed = new TreeMap<>();
    Map<String, String> code = new TreeMap<>();
    template
        .functions()
        .forEach(
            (id, function) -> {
              deployed.put(id, function.path("Handler").asText());
              code.put(id, function.path("CodeUri").asText());
            });
    assertEquals(handlers, deployed);
    assertEquals(jars, code);
    Set<String> running = new TreeSet<>();
    shop.outside("GET", "/functions")
        .path("data")
        .forEach(each -> running.add(each.path("id").asText()));
    assertEquals(deployed.keySet(), running);
  }

  /** Lambda calls it by reflection, as a method of the class that declares it. */
  @Test
  void whatLambdaCallsIsDeclaredByAPublicClass() {
    for (String folder : List.of("functions", "shared")) {
      eachSource(
          folder,
          (file, text) -> {
            if (text.contains("implements RequestStreamHandler")) {
              assertTrue(text.matches("(?s).*\npublic (abstract|final) class .*"), file::toString);
            }
          });
    }
  }

  /** Calls with each Java file of the main sources below a folder, its path from the project on. */
  private static void eachSource(String folder, BiConsumer<Path, String> action) {
    Path project = ShopProcess.project();
    try (Stream<Path> files = Files.walk(project.resolve(folder))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        Path relative = project.relativize(file);
        if (relative.toString().contains("src/main/java")) {
          action.accept(relative, Files.readString(file));
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Test
  void everyFunctionHasItsEventAndEveryEventRuns() {
    Set<String> names = Events.names();
    assertEquals(template.functions().keySet(), names);
    List<String> failed = new ArrayList<>();
    for (String name : names) {
      JsonNode event = Events.read(shop, name);
      Events.fault(template, name, Events.run(shop, name)).ifPresent(failed::add);
      boolean http = !template.routes(name).isEmpty();
      if (http && !name.equals("UnknownRoute")) {
        String route = event.path("routeKey").asText();
        assertTrue(template.routes(name).contains(route), name + " has the event of " + route);
      }
    }
    assertEquals(List.of(), failed);
  }

  @Test
  void everyExampleIsWhatItsSchemaAsksFor() {
    List<String> faults = new ArrayList<>();
    for (Contract.Operation operation : contract.operations()) {
      examples(operation.id(), operation.declared().path("requestBody"), faults);
      operation
          .declared()
          .path("responses")
          .properties()
          .forEach(
              response ->
                  examples(
                      operation.id() + " " + response.getKey(),
                      contract.resolve(response.getValue()),
                      faults));
    }
    assertEquals(List.of(), faults);
  }

  private void examples(String where, JsonNode holder, List<String> faults) {
    holder
        .path("content")
        .properties()
        .forEach(
            content -> {
              JsonNode schema = content.getValue().path("schema");
              List<JsonNode> examples = new ArrayList<>();
              if (content.getValue().has("example")) {
                examples.add(content.getValue().path("example"));
              }
              content
                  .getValue()
                  .path("examples")
                  .forEach(each -> examples.add(contract.resolve(each).path("value")));
              if (examples.isEmpty()) {
                faults.add(where + " has no example");
              }
              examples.forEach(
                  example ->
                      contract
                          .faults(schema, example.toString())
                          .forEach(fault -> faults.add(where + " " + fault)));
            });
  }

  @Test
  void everyExampleRequestRuns() {
    // The things that the examples speak of.
    List.of("shelfless-handbook", "shelfless-toolkit")
        .forEach(
            slug -> {
              if (shop.get("/v1/products/" + slug).send().status() == 404) {
                shop.newProduct(slug, Json.of("slug", slug));
              }
            });
    Purchase purchase = shop.buy(shop.newProduct("For Examples", 900));
    JsonNode entitlement = purchase.entitlement();
    Product product = shop.newProduct("Example Product", 900);
    Map<String, String> real =
        Map.of(
            "order_id", purchase.id(),
            "download_token", purchase.downloadToken(),
            "entitlement_id", entitlement.path("id").asText(),
            "product_id", product.id(),
            "asset_id", product.file().assetId(),
            "slug", product.slug(),
            "session_id", purchase.session());
    Map<String, Integer> statuses = new TreeMap<>();
    // What takes things away comes after what looks at them.
    contract.operations().stream()
        .sorted(Comparator.comparing(operation -> takesAway(operation.id())))
        .forEach(
            operation ->
                statuses.put(operation.id(), Examples.call(shop, operation, real).send().status()));
    // What can't succeed with the example: a signature, a stale tag, the ids of other things.
    Map<String, Integer> refused = new TreeMap<>(statuses);
    refused.values().removeIf(status -> status < 300);
    assertEquals(
        Map.of(
            "CancelOrder", 409,
            "CreateDownload", 404,
            "HandleStripeWebhook", 400,
            "IssueRefund", 422,
            "RetryProviderEvent", 404,
            "RevokeApiKey", 404,
            "StartDownload", 404,
            "UpdateProduct", 412),
        refused);
  }

  private static boolean takesAway(String operation) {
    return operation.matches("(Delete|Revoke|Reissue|IssueRefund).*");
  }

  @Test
  void theseTestsKnowOnlyWhatIsSeenFromOutside() throws IOException {
    Path sources = ShopProcess.project().resolve("acceptance/src/test/java");
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        assertFalse(
            // So are the network between the shop and its database, and what is deployed.
            Files.readString(file)
                .matches(
                    "(?s).*import (static )?shelfless\\.(?!acceptance|testing\\.(Database|Session)|local\\.template).*"),
            file.toString());
      }
    }
  }
}
