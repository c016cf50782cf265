package io.ringhaul.console;

import io.javalin.http.Context;
import io.javalin.http.staticfiles.ResourceHandler;
import io.javalin.http.staticfiles.StaticFileConfig;
import io.javalin.security.RouteRole;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The static files of the page, which are resources of the library. The page loads all style sheets
 * as one file and all modules as another. Their path contains a hash of their content, so browsers
 * keep them until the content changes. The single files are served too.
 */
final class Assets implements ResourceHandler {

  private static final String PAGE = "index.html";

  private static final Pattern SHEET =
      Pattern.compile("\\s*<link rel=\"stylesheet\" href=\"([^\"]+)\" />");
  private static final Pattern MODULE =
      Pattern.compile("<script type=\"module\" src=\"([^\"]+)\"></script>");
  private static final Pattern OTHER =
      Pattern.compile("(<script src|<link rel=\"icon\" href)=\"([^\"]+)\"");

  private static final Pattern IMPORT =
      Pattern.compile(
          "^import (\\{(?:\\s*\\w+,)*(?:\\s*\\w+)?\\s*}) from \"([^\"]+)\";$", Pattern.MULTILINE);
  private static final Pattern EXPORT =
      Pattern.compile(
          "^export ((?:async function|function|class|const) (\\w+))", Pattern.MULTILINE);

  /** Other forms of import and export, which the bundle does not support. */
  private static final Pattern UNSUPPORTED =
      Pattern.compile("^(?:import|export)\\b|\\bimport\\s*\\(|\\bimport\\.meta", Pattern.MULTILINE);

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  /** The caching of files whose path stays when they change, as of all other responses. */
  private static final String NOT_KEPT = "no-store";

  @SuppressWarnings("ArrayRecordComponent") // Files are never compared.
  private record File(String type, String caching, byte[] bytes) {}

  private final Map<String, File> files = new LinkedHashMap<>();

  /** The names of the bundled modules by path. */
  private final Map<String, String> modules = new LinkedHashMap<>();

  /** The modules whose imports are being bundled, outermost first. */
  private final Set<String> importing = new LinkedHashSet<>();

  private final StringBuilder script = new StringBuilder();
  private final UnaryOperator<String> resources;
  private boolean isLoaded;

  Assets() {
    this(Assets::text);
  }

  /**
   * Creates the files of a page.
   *
   * @param resources returns the text of a file by its path
   */
  Assets(UnaryOperator<String> resources) {
    this.resources = resources;
  }

  /** Reads and bundles the files of the page. */
  private void load() {
    importing.clear();
    String page = resources.apply(PAGE);
    StringBuilder sheet = new StringBuilder();
    SHEET.matcher(page).results().forEach(link -> sheet.append(served(link.group(1))).append('\n'));
    MODULE.matcher(page).results().forEach(start -> bundle(start.group(1)));
    String links =
        "<link rel=\"stylesheet\" href=\""
            + addImmutable("page.css", sheet.toString())
            + "\" />\n    <script type=\"module\" src=\""
            + addImmutable("page.js", script.toString())
            + "\"></script>";
    String bundled = MODULE.matcher(SHEET.matcher(page).replaceAll("")).replaceAll(links);
    bundled =
        OTHER
            .matcher(bundled)
            .replaceAll(
                each -> {
                  String path = each.group(2);
                  String name = path.substring(path.lastIndexOf('/') + 1);
                  return each.group(1) + "=\"" + addImmutable(name, served(path)) + "\"";
                });
    files.put("/", add(PAGE, bundled, NOT_KEPT));
  }

  /**
   * Returns the file of a path; null if there is none. The first call reads all files, so that the
   * start of a console does not wait for them.
   *
   * @param rawPath the undecoded path; a path with escapes never names a file
   */
  private synchronized @Nullable File find(String rawPath) {
    if (!isLoaded) {
      load();
      isLoaded = true;
    }
    return files.get(rawPath);
  }

  boolean has(String rawPath) {
    return find(rawPath) != null;
  }

  @Override
  public boolean canHandle(Context context) {
    return has(context.path());
  }

  @Override
  public boolean handle(Context context) {
    File file = find(context.path());
    if (file == null) {
      return false;
    }
    QueuedResponse.of(context).contentType(file.type());
    context.header("Cache-Control", file.caching()).result(file.bytes());
    return true;
  }

  @Override
  public boolean addStaticFileConfig(StaticFileConfig config) {
    return false;
  }

  @Override
  public Set<RouteRole> resourceRouteRoles(Context context) {
    return Set.of();
  }

  /**
   * Appends a module to the bundle, after the modules that it imports. In the bundle, a module is a
   * function that returns its exports.
   */
  private String bundle(String path) {
    String known = modules.get(path);
    if (known != null) {
      return known;
    }
    if (!importing.add(path)) {
      throw new IllegalStateException(
          "Modules import each other in a cycle: " + String.join(", ", importing) + ", " + path);
    }
    String code = served(path);
    StringBuilder body = new StringBuilder();
    Matcher imports = IMPORT.matcher(code);
    while (imports.find()) {
      String imported = bundle(resolved(path, imports.group(2)));
      imports.appendReplacement(body, "const $1 = " + imported + ";");
    }
    imports.appendTail(body);
    String exports =
        String.join(", ", EXPORT.matcher(body).results().map(each -> each.group(2)).toList());
    String plain = EXPORT.matcher(body).replaceAll("$1");
    if (UNSUPPORTED.matcher(plain).find()) {
      throw new IllegalStateException("A form of import or export is not supported in " + path);
    }
    String name = "module" + modules.size();
    modules.put(path, name);
    importing.remove(path);
    script
        .append("// ")
        .append(path)
        .append("\nconst ")
        .append(name)
        .append(" = (() => {\n")
        .append(plain)
        .append("\nreturn { ")
        .append(exports)
        .append(" };\n})();\n");
    return name;
  }

  private static String resolved(String importer, String named) {
    // The imports of a bundled module are relative to it and start with a dot.
    return URI.create(importer).resolve(named).toString();
  }

  /** Serves a single file and returns its text. */
  private String served(String path) {
    String text = resources.apply(path);
    add(path, text, NOT_KEPT);
    return text;
  }

  /** Serves a file under a path with the hash of its content. Returns the path. */
  private String addImmutable(String name, String text) {
    String path = "assets/" + hash(text) + "/" + name;
    add(path, text, "public, max-age=31536000, immutable");
    return path;
  }

  private File add(String path, String text, String caching) {
    String type = TYPES.getOrDefault(path.substring(path.lastIndexOf('.') + 1), "");
    File file = new File(type, caching, text.getBytes(StandardCharsets.UTF_8));
    files.put("/" + path, file);
    return file;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Returns the text of a resource of the console. */
  static String text(String path) {
    try (InputStream file = Assets.class.getResourceAsStream(path)) {
      if (file == null) {
        throw new IllegalStateException("The resource is missing: " + path);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The resource cannot be read: " + path, e);
    }
  }
}
