package shelfless.maintenance;

import java.util.Arrays;
import java.util.List;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.runtime.Environment;

/**
 * {@code $default}: what no route matches. 405 with {@code Allow} when the path is known with other
 * methods, else 404.
 */
public final class UnknownRoute extends HttpHandler {
  private final List<Route> routes =
      Arrays.stream(Operation.values())
          .flatMap(operation -> operation.routes().stream())
          .filter(route -> route.contains(" "))
          .map(Route::of)
          .toList();

  /** A route's method, and its path in segments; one in braces stands for any that is not empty. */
  private record Route(String method, List<String> segments) {
    static Route of(String key) {
      int blank = key.indexOf(' ');
      return new Route(key.substring(0, blank), segments(key.substring(blank + 1)));
    }

    static List<String> segments(String path) {
      return List.of(path.split("/", -1));
    }

    boolean hasPath(List<String> path) {
      if (path.size() != segments.size()) {
        return false;
      }
      for (int i = 0; i < path.size(); i++) {
        String segment = segments.get(i);
        boolean fits =
            segment.startsWith("{") ? !path.get(i).isEmpty() : segment.equals(path.get(i));
        if (!fits) {
          return false;
        }
      }
      return true;
    }
  }

  public UnknownRoute() {
    this(Environment.ofProcess());
  }

  public UnknownRoute(Environment environment) {
    super(Operation.UNKNOWN_ROUTE, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    List<String> path = Route.segments(request.path());
    List<String> methods =
        routes.stream()
            .filter(route -> route.hasPath(path))
            .map(Route::method)
            .distinct()
            .sorted()
            .toList();
    // The method may be among them: another path in the table fits as well, but the gateway found
    // none. Then there is no such thing.
    if (methods.isEmpty() || methods.contains(request.method())) {
      throw Problem.notFound("route");
    }
    String allow = String.join(", ", methods);
    throw Problem.of(405, null, "This path takes " + allow + " only.").header("Allow", allow);
  }
}
