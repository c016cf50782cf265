package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.ViewMetadata;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import io.ringhaul.internal.preflight.Role.Has;
import io.ringhaul.internal.request.ServerSettings;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether the role receives masks instead of values. The server masks values without an
 * error, so an export would contain {@code ****} and appear correct.
 */
public final class MaskedColumns implements Check {

  private static final Logger LOG = LoggerFactory.getLogger(MaskedColumns.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern UNKNOWN_TABLE =
      Pattern.compile("unconfigured table|does not exist", Pattern.CASE_INSENSITIVE);

  private final CqlSession session;
  private final TableDescription table;
  private final List<ColumnDescription> columns;

  /**
   * @param columns the columns that the operation reads
   */
  public MaskedColumns(
      CqlSession session, TableDescription table, List<ColumnDescription> columns) {
    this.session = session;
    this.table = table;
    this.columns = List.copyOf(columns);
  }

  @Override
  public List<PreflightProblem> problems() {
    try {
      return problems(masked());
    } catch (RuntimeException e) {
      LOG.debug("Cannot read the masks of {}", table, e);
      return List.of(
          PreflightProblem.warning(
              String.format(
                  "The column masks of %s cannot be read, so the role of this session may receive"
                      + " masks instead of values (%s)",
                  table, e.getMessage()),
              "check a few rows with the same role"));
    }
  }

  private List<PreflightProblem> problems(Set<String> masked) {
    String names =
        columns.stream()
            .map(ColumnDescription::name)
            .filter(masked::contains)
            .map(name -> CqlIdentifier.fromInternal(name).asCql(true))
            .collect(Collectors.joining(", "));
    if (names.isEmpty() || isSwitchedOff()) {
      return List.of();
    }
    Role role = new Role(session);
    TableDescription granted = granted();
    return switch (role.has("UNMASK", granted)) {
      case YES -> List.of();
      case NO -> {
        Optional<String> name = role.name();
        yield List.of(
            PreflightProblem.error(
                String.format(
                    "%s would receive masks instead of the values of %s in %s",
                    Grants.who(name), names, table),
                Grants.remedy("UNMASK", granted, name)
                    + (locates(masked) ? "" : ", or leave these columns out")));
      }
      case UNKNOWN ->
          List.of(
              PreflightProblem.warning(
                  String.format(
                      "Columns of %s are masked (%s), and the permissions of this session's role"
                          + " cannot be read",
                      table, names),
                  "check a few rows with the same role"));
    };
  }

  /**
   * Whether a partition key column is masked. These columns cannot be left out: they give a row's
   * token.
   */
  private boolean locates(Set<String> masked) {
    return columns.stream()
        .filter(column -> column.kind() == Kind.PARTITION_KEY)
        .anyMatch(column -> masked.contains(column.name()));
  }

  /**
   * Returns whether the role certainly receives the values of a table's partition key. Returns
   * false if the masks or permissions cannot be read.
   */
  public static boolean keysAreUnmasked(CqlSession session, TableDescription table) {
    return new MaskedColumns(session, table, table.partitionKey()).areTold();
  }

  private boolean areTold() {
    try {
      return !locates(masked()) || new Role(session).has("UNMASK", granted()) == Has.YES;
    } catch (RuntimeException e) {
      LOG.debug("Cannot read the masks of the partition key of {}", table, e);
      return false;
    }
  }

  private Set<String> masked() {
    Set<String> names = new HashSet<>();
    try {
      session
          .execute(
              SimpleStatement.newInstance(
                      "SELECT column_name FROM system_schema.column_masks WHERE keyspace_name = ?"
                          + " AND table_name = ?",
                      table.keyspace(),
                      table.name())
                  .setPageSize(ProbeStatement.SMALL_PAGE)
                  .setTimeout(PATIENCE)
                  .setIdempotent(true))
          .forEach(row -> names.add(String.valueOf(row.getString(0))));
    } catch (InvalidQueryException e) {
      if (!UNKNOWN_TABLE.matcher(String.valueOf(e.getMessage())).find()) {
        throw e;
      }
      LOG.debug("The cluster has no column masks (before Cassandra 5.0): {}", e.getMessage());
    }
    return names;
  }

  /** Masks have no effect while masking is disabled on the cluster. */
  private boolean isSwitchedOff() {
    return new ServerSettings(session)
        .value("dynamic_data_masking_enabled")
        .filter("false"::equals)
        .isPresent();
  }

  /** Returns the table that holds the permissions: for a view, its base table. */
  private TableDescription granted() {
    return session
        .getMetadata()
        .getKeyspace(CqlIdentifier.fromInternal(table.keyspace()))
        .flatMap(keyspace -> keyspace.getView(CqlIdentifier.fromInternal(table.name())))
        .map(ViewMetadata::getBaseTable)
        .map(base -> new TableDescription(table.keyspace(), base.asInternal(), List.of()))
        .orElse(table);
  }
}
