package shelfless.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a stand-in offers under {@code /_local}: methods and paths, each with what answers it.
 *
 * <p>A path is written as in template.yaml, {@code /_local/charges/{charge}/disputes}. A segment
 * without braces is preferred to one with them.
 */
public final class LocalRoutes {
  /** Answers one call; a {@link LocalException} refuses it. Called by many threads at once. */
  @FunctionalInterface
  public interface Handler {
    Answer handle(Call call) throws Exception;
  }

  /**
   * A call.
   *
   * @param path the values of the path's parameters, decoded
   * @param query the parameters after the question mark, decoded; of several with one name the last
   * @param body the JSON of the body; an empty object when there is none
   */
  public record Call(Map<String, String> path, Map<String, String> query, JsonNode body) {
    /** The value of a path parameter that the route has. */
    public String parameter(String name) {
      String value = path.get(name);
      if (value == null) {
        throw new IllegalArgumentException("The route has no parameter " + name);
      }
      return value;
    }

    /** A field of the body, or null when it is left out or null. */
    public @Nullable JsonNode field(String name) {
      JsonNode value = body.get(name);
      return value == null || value.isNull() ? null : value;
    }

    /**
     * 400 when the body is no object or has a field that is none of these, so that a misspelled one
     * is not lost.
     */
    public void allowFields(String... names) {
      if (!body.isObject()) {
        throw LocalException.badRequest("The body must be a JSON object.");
      }
      List<String> allowed = List.of(names);
      body.fieldNames()
          .forEachRemaining(
              field -> {
                if (!allowed.contains(field)) {
                  throw LocalException.badRequest(
                      "There is no field '" + field + "'; this call knows " + allowed + ".");
                }
              });
    }
  }

  /** What the caller gets. */
  public record Answer(int status, JsonNode body) {
    public static Answer ok(JsonNode body) {
      return new Answer(200, body);
    }
  }

  private record Route(String method, List<String> segments, Handler handler) {}

  private final List<Route> routes = new ArrayList<>();

  /** Adds a route; returns this. */
  public LocalRoutes add(String method, String path, Handler handler) {
    routes.add(new Route(method, segments(path), handler));
    return this;
  }

  /** Adds all routes of another; returns this. */
  public LocalRoutes addAll(LocalRoutes others) {
    routes.addAll(others.routes);
    return this;
  }

  /**
   * Answers a call; a {@link LocalException} (404, 405) when no route is meant by it.
   *
   * @param rawPath the path as it was sent, with its percent signs
   */
  public Answer dispatch(String method, String rawPath, Map<String, String> query, JsonNode body)
      throws Exception {
    List<String> path = segments(rawPath);
    Optional<Route> best = Optional.empty();
    TreeSet<String> otherMethods = new TreeSet<>();
    for (Route route : routes) {
      if (matches(route, path)) {
        if (!route.method.equals(method)) {
          otherMethods.add(route.method);
        } else if (best.isEmpty() || parameters(route) < parameters(best.get())) {
          best = Optional.of(route);
        }
      }
    }
    if (best.isPresent()) {
      Map<String, String> values = new HashMap<>();
      List<String> names = best.get().segments;
      for (int i = 0; i < names.size(); i++) {
        if (isParameter(names.get(i))) {
          values.put(names.get(i).substring(1, names.get(i).length() - 1), decode(path.get(i)));
        }
      }
      return best.get().handler.handle(new Call(Map.copyOf(values), query, body));
    }
    if (otherMethods.isEmpty()) {
      throw LocalException.notFound("There is no " + rawPath + "; docs/local.md lists the calls.");
    }
    throw LocalException.methodNotAllowed(rawPath + " takes " + otherMethods + ".");
  }

  private static boolean matches(Route route, List<String> path) {
    if (route.segments.size() != path.size()) {
      return false;
    }
    for (int i = 0; i < path.size(); i++) {
      String wanted = route.segments.get(i);
      if (isParameter(wanted) ? path.get(i).isEmpty() : !wanted.equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static long parameters(Route route) {
    return route.segments.stream().filter(LocalRoutes::isParameter).count();
  }

  private static boolean isParameter(String segment) {
    return segment.startsWith("{");
  }

  private static List<String> segments(String path) {
    return List.of(path.split("/", -1));
  }

  private static String decode(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw LocalException.badRequest("The path has a malformed percent sign: " + segment);
    }
  }
}
