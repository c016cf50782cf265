package io.ringhaul.internal.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.format.Compression;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.cql.TableSchemaJson;
import io.ringhaul.internal.files.Manifest.Job;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/** Converts a {@link Manifest} to JSON and back. */
final class ManifestJson {

  private static final int FORMAT_VERSION = 1;
  private static final Pattern PATH = Pattern.compile("[/\\\\\\x00]");

  private ManifestJson() {}

  static String text(Manifest manifest) {
    ObjectNode node = Json.object();
    node.put("formatVersion", FORMAT_VERSION);
    node.put("format", manifest.format());
    node.set("properties", texts(manifest.properties()));
    node.put("compression", manifest.compression().name().toLowerCase(Locale.ROOT));
    node.put("rows", manifest.rows());
    node.put("bytes", manifest.bytes());
    node.set("coverage", ranges(manifest.coverage()));
    node.set("schema", TableSchemaJson.node(manifest.schema()));
    ArrayNode jobs = node.putArray("jobs");
    for (Job job : manifest.jobs()) {
      ObjectNode each = jobs.addObject();
      each.put("id", job.id().toString());
      each.put("tool", job.tool());
      each.put("created", job.created().toString());
      each.put("rows", job.rows());
      each.set("coverage", ranges(job.coverage()));
      each.set("restrictions", texts(job.restrictions()));
    }
    if (!manifest.replaced().isEmpty()) {
      ArrayNode replaced = node.putArray("replaced");
      manifest.replaced().forEach(id -> replaced.add(id.toString()));
    }
    ArrayNode files = node.putArray("files");
    for (PartFile file : manifest.files()) {
      files.add(node(file));
    }
    return node.toPrettyString() + "\n";
  }

  /**
   * Returns whether the JSON is a manifest of an export, of any version, even if damaged.
   *
   * @throws IllegalArgumentException if the text is not JSON
   */
  static boolean isManifest(String text) {
    JsonNode node = Json.tree(text);
    return node.has("formatVersion") && node.has("format");
  }

  /**
   * Parses a manifest.
   *
   * @throws IllegalArgumentException if the text is not a manifest, or one of another version
   */
  static Manifest parse(String text) {
    JsonNode node = Json.tree(text);
    long version = number(node, "formatVersion");
    if (version != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "its format version is "
              + version
              + ", but this version of Ringhaul reads version "
              + FORMAT_VERSION);
    }
    List<Job> jobs = new ArrayList<>();
    for (JsonNode job : list(node, "jobs")) {
      jobs.add(job(job));
    }
    List<PartFile> files = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode each : list(node, "files")) {
      PartFile file = file(each);
      if (!names.add(file.name())) {
        throw new IllegalArgumentException("it lists the file " + file.name() + " twice");
      }
      files.add(file);
    }
    List<UUID> replaced = new ArrayList<>();
    node.path("replaced").forEach(id -> replaced.add(UUID.fromString(id.asText())));
    return new Manifest(
        text(node, "format"),
        texts(required(node, "properties")),
        Compression.valueOf(text(node, "compression").toUpperCase(Locale.ROOT)),
        TableSchemaJson.parse(required(node, "schema")),
        jobs,
        files,
        replaced);
  }

  static ObjectNode node(PartFile file) {
    ObjectNode node =
        Json.object()
            .put("name", file.name())
            .put("rows", file.rows())
            .put("bytes", file.bytes())
            .put("sha256", file.sha256());
    return file.version().isEmpty() ? node : node.put("version", file.version());
  }

  static PartFile file(JsonNode node) {
    return new PartFile(
        fileName(node),
        count(node, "rows"),
        count(node, "bytes"),
        text(node, "sha256"),
        node.path("version").asText(""));
  }

  /** Returns the files of all tasks. */
  static List<PartFile> files(List<TaskOutput> outputs) {
    return outputs.stream()
        .flatMap(output -> output.files().stream())
        .map(text -> file(Json.tree(text)))
        .toList();
  }

  static ArrayNode ranges(TokenRangeSet tokens) {
    ArrayNode node = Json.array();
    for (TokenRange range : tokens.ranges()) {
      node.addObject()
          .put("startExclusive", range.startExclusive())
          .put("endInclusive", range.endInclusive());
    }
    return node;
  }

  static TokenRangeSet ranges(JsonNode node) {
    List<TokenRange> ranges = new ArrayList<>();
    for (JsonNode range : node) {
      ranges.add(new TokenRange(number(range, "startExclusive"), number(range, "endInclusive")));
    }
    return TokenRangeSet.of(ranges);
  }

  /** Sorts by name, so that equal manifests are equal texts. */
  static ObjectNode texts(Map<String, String> texts) {
    ObjectNode node = Json.object();
    new TreeMap<>(texts).forEach(node::put);
    return node;
  }

  static Map<String, String> texts(JsonNode node) {
    Map<String, String> texts = new LinkedHashMap<>();
    node.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  private static Job job(JsonNode node) {
    try {
      return new Job(
          UUID.fromString(text(node, "id")),
          text(node, "tool"),
          Instant.parse(text(node, "created")),
          count(node, "rows"),
          ranges(list(node, "coverage")),
          texts(required(node, "restrictions")));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = required(node, name);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(name + " is " + value + ", not a text");
    }
    return value.asText();
  }

  /** Returns the file's name, which must not lead out of the folder. */
  private static String fileName(JsonNode node) {
    String name = text(node, "name");
    if (name.isEmpty() || name.equals(".") || name.equals("..") || PATH.matcher(name).find()) {
      throw new IllegalArgumentException(
          "it lists \"" + name + "\", which is not the name of a file in the same folder");
    }
    return name;
  }

  private static long number(JsonNode node, String name) {
    JsonNode value = required(node, name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException(name + " is " + value + ", not an integer");
    }
    return value.asLong();
  }

  private static long count(JsonNode node, String name) {
    long count = number(node, name);
    if (count < 0) {
      throw new IllegalArgumentException(name + " is " + count + ", which is less than 0");
    }
    return count;
  }

  private static JsonNode list(JsonNode node, String name) {
    JsonNode value = required(node, name);
    if (!value.isArray()) {
      throw new IllegalArgumentException(name + " is " + value + ", not a list");
    }
    return value;
  }

  private static JsonNode required(JsonNode node, String name) {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      throw new IllegalArgumentException("it has no " + name);
    }
    return value;
  }
}
