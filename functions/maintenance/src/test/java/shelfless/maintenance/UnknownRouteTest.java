package shelfless.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import shelfless.http.Operation;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.HttpCall;

class UnknownRouteTest {
  private final UnknownRoute handler =
      new UnknownRoute(
          new Environment(
              Map.of("DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/none", "DATABASE_USER", "app"),
              Clock.systemUTC(),
              IdGenerator.secure(Clock.systemUTC())));

  private HttpCall.Answer ask(String method, String path) {
    return new HttpCall(method, path).to(handler);
  }

  @Test
  void aPathThatNoOperationHasIs404() {
    for (String path :
        List.of(
            "/",
            "/v1",
            "/v1/",
            "/v1/productz",
            "/v1/products/",
            "/v1/products/a/b",
            "//",
            "/v1/products//")) {
      HttpCall.Answer answer = ask("GET", path);
      assertEquals(404, answer.status(), path);
      assertEquals("application/problem+json", answer.header("content-type"));
      assertEquals("", answer.header("allow"));
    }
  }

  @Test
  void aKnownPathWithAnotherMethodIs405AndSaysWhichItTakes() {
    Map<String, String> expected =
        Map.of(
            "/v1/products", "GET",
            "/v1/products/some-slug", "GET",
            "/v1/orders", "POST",
            "/v1/admin/products", "GET, POST",
            "/downloads/00000000-0000-8000-8000-000000000000", "GET, HEAD, POST",
            "/health", "GET");
    expected.forEach(
        (path, allow) -> {
          HttpCall.Answer answer = ask("DELETE", path);
          assertEquals(405, answer.status(), path);
          assertEquals(allow, answer.header("allow"), path);
          assertEquals(405, answer.json().path("status").asInt());
        });
  }

  @Test
  void everyRouteOfEveryOperationIsKnown() {
    for (String route :
        Arrays.stream(Operation.values())
            .flatMap(operation -> operation.routes().stream())
            .toList()) {
      if (!route.equals("$default")) {
        String path = route.substring(route.indexOf(' ') + 1).replaceAll("\\{[^}]*}", "x");
        assertEquals(405, ask("TRACE", path).status(), route);
      }
    }
  }

  @Test
  void headOfAJsonRouteIs405WithoutABody() {
    HttpCall.Answer answer = ask("HEAD", "/v1/products");
    assertEquals(405, answer.status());
    assertEquals("", answer.body());
  }
}
