package io.ringhaul.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.format.Compression;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a split reads, as the text that travels.
 *
 * @param file the file or range
 * @param sha256 the checksum that the whole file must have; empty if it is not known or not asked
 *     for
 * @param pin the checksum that the whole file had when a job began; empty if that does not matter
 */
record FilePart(SourceFile file, Optional<String> sha256, Optional<String> pin) {

  private static final ObjectMapper JSON = new ObjectMapper();

  static FilePart of(SourceFile file, @Nullable String sha256) {
    return new FilePart(file, Optional.ofNullable(sha256), Optional.empty());
  }

  /** The same part of a file that must not change any more. */
  FilePart pinned(String checksum) {
    return new FilePart(file, sha256, Optional.of(checksum));
  }

  String text() {
    ObjectNode node =
        JSON.createObjectNode()
            .put("path", file.path().toString())
            .put("compression", file.compression().name())
            .put("size", file.size())
            .put("start", file.start())
            .put("length", file.length());
    sha256.ifPresent(checksum -> node.put("sha256", checksum));
    pin.ifPresent(checksum -> node.put("pin", checksum));
    return node.toString();
  }

  static FilePart parse(String text) {
    JsonNode node = ManifestJson.tree(text);
    SourceFile file =
        new SourceFile(
            Path.of(node.path("path").asText()),
            Compression.valueOf(node.path("compression").asText()),
            node.path("size").asLong(),
            node.path("start").asLong(),
            node.path("length").asLong());
    return new FilePart(
        file,
        Optional.ofNullable(node.path("sha256").asText(null)),
        Optional.ofNullable(node.path("pin").asText(null)));
  }
}
