package shelfless.local.lambda;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shelfless.local.template.Template;

/**
 * Which function a request goes to, by an HTTP API's priorities: a plain segment before a
 * parameter, from left to right; the method before {@code ANY}; at last {@code $default}.
 */
final class RouteTable {
  /**
   * Where a request goes.
   *
   * @param pathParameters decoded
   */
  record Match(String routeKey, String function, Map<String, String> pathParameters) {}

  private record Entry(Template.Route route, List<String> segments, String function) {
    boolean takes(String method, List<String> path) {
      if (segments.size() != path.size()
          || !(route.method().equals(method) || route.method().equals("ANY"))) {
        return false;
      }
      for (int i = 0; i < path.size(); i++) {
        String wanted = segments.get(i);
        if (isParameter(wanted) ? path.get(i).isEmpty() : !wanted.equals(decode(path.get(i)))) {
          return false;
        }
      }
      return true;
    }

    /** Sorts plain segments before parameters, then the method before {@code ANY}. */
    String rank() {
      StringBuilder rank = new StringBuilder();
      segments.forEach(segment -> rank.append(isParameter(segment) ? '1' : '0'));
      return rank.append(route.method().equals("ANY") ? '1' : '0').toString();
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private @Nullable Match otherwise;

  RouteTable(Collection<Template.Function> functions) {
    for (Template.Function function : functions) {
      for (Template.Route route : function.routes()) {
        if (route.path().equals("$default")) {
          otherwise = new Match("$default", function.id(), Map.of());
        } else {
          entries.add(new Entry(route, segments(route.path()), function.id()));
        }
      }
    }
    entries.sort(Comparator.comparing(Entry::rank));
  }

  Optional<Match> match(String method, String rawPath) {
    List<String> path = segments(rawPath);
    for (Entry entry : entries) {
      if (entry.takes(method, path)) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < path.size(); i++) {
          String segment = entry.segments.get(i);
          if (isParameter(segment)) {
            parameters.put(segment.substring(1, segment.length() - 1), decode(path.get(i)));
          }
        }
        return Optional.of(new Match(entry.route.key(), entry.function, parameters));
      }
    }
    return Optional.ofNullable(otherwise);
  }

  private static boolean isParameter(String segment) {
    return segment.startsWith("{");
  }

  private static List<String> segments(String path) {
    return List.of(path.split("/", -1));
  }

  /** A segment without its percent signs; one that is malformed stays as it is. */
  private static String decode(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return segment;
    }
  }
}
