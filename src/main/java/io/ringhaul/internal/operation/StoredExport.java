package io.ringhaul.internal.operation;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.jackson.Json;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The plan of an export as its job stores it.
 *
 * @param target the plan of the output
 * @param finalSteps the outputs of the target's final steps that have run
 * @param result the result of the commit; empty before the commit
 */
public record StoredExport(
    TargetPlan target, List<TaskOutput> finalSteps, Optional<CommitResult> result) {

  private static final String TARGET = "target";
  private static final String FINAL_STEPS = "final-steps";
  private static final String RESULT = "result";
  private static final String LOCATION = "location";
  private static final String FILES = "files";
  private static final String FILE_BYTES = "fileBytes";
  private static final String SNAPSHOT = "snapshotId";

  public StoredExport {
    finalSteps = List.copyOf(finalSteps);
  }

  String text() {
    ObjectNode root = Json.object();
    root.set(TARGET, Json.node(target));
    if (!finalSteps.isEmpty()) {
      root.set(FINAL_STEPS, Json.node(finalSteps));
    }
    result.ifPresent(
        committed -> {
          ObjectNode node =
              root.putObject(RESULT)
                  .put(LOCATION, committed.location())
                  .put(FILES, committed.files())
                  .put(FILE_BYTES, committed.fileBytes());
          committed.snapshotId().ifPresent(id -> node.put(SNAPSHOT, id));
        });
    return root.toString();
  }

  /**
   * Parses a stored plan.
   *
   * @throws IllegalArgumentException if the text is not a stored plan
   */
  public static StoredExport parse(String text) {
    JsonNode root = Json.read(text, JsonNode.class, "a plan of an export");
    JsonNode result = root.path(RESULT);
    return new StoredExport(
        Json.read(root.path(TARGET).toString(), TargetPlan.class, "a plan of an export"),
        root.has(FINAL_STEPS)
            ? Json.read(
                root.path(FINAL_STEPS).toString(), new TypeReference<>() {}, "a plan of an export")
            : List.of(),
        result.isMissingNode() ? Optional.empty() : Optional.of(result(result)));
  }

  private static CommitResult result(JsonNode node) {
    return new CommitResult(
        node.path(LOCATION).asText(),
        node.path(FILES).asInt(),
        node.path(FILE_BYTES).asLong(),
        node.has(SNAPSHOT) ? OptionalLong.of(node.path(SNAPSHOT).asLong()) : OptionalLong.empty());
  }
}
