package io.ringhaul.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves the static files of the page, which are resources of the library. */
final class Assets {

  private static final String START = "/index.html";

  /** Lower-case names with one dot in the last segment only. */
  private static final Pattern PATH =
      Pattern.compile("(/[a-z0-9][a-z0-9_-]*){0,4}/[a-z0-9][a-z0-9._-]*\\.([a-z0-9]+)");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "json", "application/json",
          "txt", "text/plain; charset=utf-8",
          "webmanifest", "application/manifest+json");

  private final Map<String, Reply> cache = new ConcurrentHashMap<>();

  /**
   * Returns the file of a path; empty if there is none.
   *
   * @param rawPath the undecoded path; a path with escapes never names a file
   */
  Optional<Reply> find(String rawPath) {
    String path = rawPath.equals("/") ? START : rawPath;
    Matcher parts = PATH.matcher(path);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String type = TYPES.get(parts.group(2));
    if (type == null) {
      return Optional.empty();
    }
    return Optional.ofNullable(cache.get(path)).or(() -> read(path, type));
  }

  private Optional<Reply> read(String path, String type) {
    try (InputStream file = Assets.class.getResourceAsStream(path.substring(1))) {
      if (file == null) {
        return Optional.empty();
      }
      Reply reply = new Reply.Whole(200, Map.of(Reply.TYPE, type), file.readAllBytes());
      cache.put(path, reply);
      return Optional.of(reply);
    } catch (IOException e) {
      throw new UncheckedIOException("The resource cannot be read: " + path, e);
    }
  }
}
