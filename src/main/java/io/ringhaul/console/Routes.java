package io.ringhaul.console;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The routes of the console. */
final class Routes {

  /** The path at which a page without a token learns if it needs one. */
  static final String SESSION = "/api/session";

  /** Routes that never require the token. */
  static final Predicate<Route> IS_PUBLIC = route -> route.path().equals(SESSION);

  private final List<Route> all;

  Routes(List<Route> all) {
    this.all = List.copyOf(all);
  }

  List<Route> all() {
    return all;
  }

  /**
   * A matching route.
   *
   * @param path the values of the path variables
   */
  record Match(Route route, Map<String, String> path) {}

  /**
   * Returns the routes of a path; empty for an unknown path.
   *
   * @param rawPath the undecoded path
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

  /** Returns the methods of the routes for the Allow header. */
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
        // URLDecoder would decode a plus sign to a space, which is wrong in paths.
        parts.add(URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
    return Optional.of(parts);
  }
}
