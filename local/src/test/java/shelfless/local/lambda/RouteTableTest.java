package shelfless.local.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shelfless.local.template.Template;

class RouteTableTest {
  private final List<Template.Function> functions = new ArrayList<>();

  private void route(String function, String method, String path) {
    functions.add(
        new Template.Function(
            function,
            "shelfless.None",
            Duration.ofSeconds(1),
            128,
            Optional.empty(),
            Map.of(),
            List.of(new Template.Route(method, path)),
            List.of(),
            List.of()));
  }

  private String functionFor(String method, String path) {
    return new RouteTable(functions)
        .match(method, path)
        .map(RouteTable.Match::function)
        .orElse("none");
  }

  @Test
  void aPlainSegmentComesBeforeAParameter() {
    route("GetOrder", "GET", "/orders/{id}");
    route("ListMine", "GET", "/orders/mine");
    assertEquals("ListMine", functionFor("GET", "/orders/mine"));
    assertEquals("GetOrder", functionFor("GET", "/orders/42"));
  }

  @Test
  void aMethodComesBeforeAny() {
    route("All", "ANY", "/orders/{id}");
    route("Get", "GET", "/orders/{id}");
    assertEquals("Get", functionFor("GET", "/orders/42"));
    assertEquals("All", functionFor("PUT", "/orders/42"));
  }

  @Test
  void aMoreSpecificPathUnderOtherMethodsHidesNothing() {
    route("Lookup", "POST", "/orders/lookup");
    route("GetOrder", "GET", "/orders/{id}");
    assertEquals("GetOrder", functionFor("GET", "/orders/lookup"));
  }

  @Test
  void whatNoRouteTakesGoesToTheDefaultRoute() {
    route("Get", "GET", "/orders");
    assertEquals("none", functionFor("GET", "/orders/"));
    route("Unknown", "ANY", "$default");
    assertEquals("Unknown", functionFor("GET", "/orders/"));
    assertEquals("Unknown", functionFor("HEAD", "/orders"));
    assertEquals("Get", functionFor("GET", "/orders"));
  }

  @Test
  void pathParametersAreDecodedAndNeverEmpty() {
    route("Get", "GET", "/products/{slug}/files/{file}");
    RouteTable table = new RouteTable(functions);
    assertEquals(
        Map.of("slug", "a/b", "file", "ü+ x"),
        table.match("GET", "/products/a%2Fb/files/%C3%BC+%20x").orElseThrow().pathParameters());
    assertEquals(Optional.empty(), table.match("GET", "/products//files/x"));
  }
}
