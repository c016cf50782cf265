package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import io.ringhaul.internal.request.ServerSettings;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Warns of guardrails on the size of values, if the role may read the server's settings. Whether
 * the source has such values shows only when the import reads them.
 */
public final class ValueLimits implements Check {

  private static final Map<String, String> LIMITS =
      Map.of(
          "column_value_size", "values larger than %s",
          "collection_size", "collections larger than %s",
          "items_per_collection", "collections of more than %s elements");

  private final CqlSession session;
  private final TableDescription table;
  private final List<ColumnDescription> columns;

  /**
   * @param columns the imported columns
   */
  public ValueLimits(CqlSession session, TableDescription table, List<ColumnDescription> columns) {
    this.session = session;
    this.table = table;
    this.columns = List.copyOf(columns);
  }

  @Override
  public List<PreflightProblem> problems() {
    ServerSettings settings = new ServerSettings(session);
    List<PreflightProblem> found = new ArrayList<>();
    LIMITS.keySet().stream()
        .filter(guardrail -> !guardrail.contains("collection") || hasCollections())
        .sorted()
        .forEach(
            guardrail ->
                settings
                    .value(guardrail + "_fail_threshold")
                    .filter(value -> !value.equals("-1"))
                    .map(value -> problem(guardrail, value))
                    .ifPresent(found::add));
    return found.isEmpty() || new Role(session).isUnbound() ? List.of() : found;
  }

  private boolean hasCollections() {
    return columns.stream()
        .map(ColumnDescription::type)
        .anyMatch(
            type -> type instanceof ListType || type instanceof SetType || type instanceof MapType);
  }

  private PreflightProblem problem(String guardrail, String value) {
    return PreflightProblem.warning(
        String.format(
            "The cluster refuses "
                + LIMITS.get(guardrail)
                + " (guardrail %s), and the source may contain such values for %s",
            value,
            guardrail,
            table),
        "have an administrator change " + guardrail + "_fail_threshold if it does");
  }
}
