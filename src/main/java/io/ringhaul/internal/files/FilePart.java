package io.ringhaul.internal.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.format.Compression;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a task reads, as the text that travels.
 *
 * @param file the file or range
 * @param sha256 the checksum that the whole file must have; empty if it is not known or not asked
 *     for
 * @param isPinned whether that was the checksum when the job began; otherwise a manifest says so
 */
record FilePart(SourceFile file, Optional<String> sha256, boolean isPinned) {

  private static final String LISTED = "sha256";
  private static final String PINNED = "sha256AtStart";

  private static final ObjectMapper JSON = new ObjectMapper();

  static FilePart of(SourceFile file, @Nullable String sha256) {
    return new FilePart(file, Optional.ofNullable(sha256), false);
  }

  /** Returns this part with the checksum that its file must still have. */
  FilePart pinned(String checksum) {
    return new FilePart(file, Optional.of(checksum), true);
  }

  String text() {
    ObjectNode node =
        JSON.createObjectNode()
            .put("path", file.path().toString())
            .put("compression", file.compression().name())
            .put("size", file.size())
            .put("start", file.start())
            .put("length", file.length());
    sha256.ifPresent(checksum -> node.put(isPinned ? PINNED : LISTED, checksum));
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
    boolean isPinned = node.has(PINNED);
    return new FilePart(
        file, Optional.ofNullable(node.path(isPinned ? PINNED : LISTED).asText(null)), isPinned);
  }
}
