package io.ringhaul.console;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The calls that the console knows. */
final class Routes {

  /** Where a page that has no token yet asks whether it takes one. */
  static final String SESSION = "/api/session";

  /** What is answered without the token even where others need it. */
  static final Predicate<Route> IS_PUBLIC = route -> route.path().equals(SESSION);

  private final List<Route> all;

  Routes(List<Route> all) {
    this.all = List.copyOf(all);
  }

  List<Route> all() {
    return all;
  }

  /**
   * A route and what its template leaves open.
   *
   * @param route the route
   * @param path the values of the open parts
   */
  record Match(Route route, Map<String, String> path) {}

  /**
   * What a path can be asked for; empty if it is none of the console's.
   *
   * @param rawPath as it came, encoded
   */
  List<Match> at(String rawPath) {
    Optional<List<String>> parts = parts(rawPath);
    List<Match> matches = new ArrayList<>();
    if (parts.isPresent()) {
      for (Route route : all) {
        route.match(parts.get()).ifPresent(open -> matches.add(new Match(route, open)));
      }
    }
    return matches;
  }

  /** The methods of these, as the header Allow lists them. */
  static String methods(List<Match> matches) {
    TreeSet<String> methods = new TreeSet<>(List.of("OPTIONS"));
    for (Match match : matches) {
      methods.add(match.route().method());
      if (match.route().method().equals("GET")) {
        methods.add("HEAD");
      }
    }
    return String.join(", ", methods);
  }

  private static Optional<List<String>> parts(String rawPath) {
    List<String> parts = new ArrayList<>();
    for (String part : rawPath.substring(1).split("/", -1)) {
      try {
        // A plus sign is one in a path.
        parts.add(URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
    return Optional.of(parts);
  }
}
