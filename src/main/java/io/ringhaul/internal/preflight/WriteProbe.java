package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a write without effect: its partition key is null, which no row can have. The server checks
 * permissions and the guardrails on consistency levels and write times first, and refuses the null
 * key last.
 */
public final class WriteProbe implements Check {

  private static final Logger LOG = LoggerFactory.getLogger(WriteProbe.class);
  private static final int PAGE = 1;

  /** A write time before that of any real cell. */
  private static final long FIRST_MICROSECOND = 1;

  private final ProbeStatement probe;
  private final RequestSettings requests;
  private final TableDescription table;
  private final WriteTimes times;

  /** The origin of the cells' write times. */
  public enum WriteTimes {
    /** The time of the write. */
    NOW,
    /** The source. */
    OF_SOURCE,
    /** One for all deletions, given by the client. */
    OF_DELETION
  }

  /** Creates a probe with the settings of the import. */
  public WriteProbe(
      CqlSession session, RequestSettings requests, TableDescription table, WriteTimes times) {
    this.probe = new ProbeStatement(session, requests);
    this.requests = requests;
    this.table = table;
    this.times = times;
  }

  @Override
  public List<PreflightProblem> problems() {
    List<PreflightProblem> found = new ArrayList<>();
    ConsistencyLevel consistency = requests.consistency();
    Optional<StatementError> refused = probe.refusal(cql(""), consistency, PAGE);
    if (refused.filter(refusal -> refusal.isOf("write_consistency_levels")).isPresent()) {
      Optional<ConsistencyLevel> other =
          ConsistencyChoice.instead(
              consistency,
              level ->
                  probe
                      .refusal(cql(""), level, PAGE)
                      .filter(refusal -> refusal.isOf("write_consistency_levels"))
                      .isEmpty());
      found.add(ConsistencyChoice.refused("write", consistency, other));
      consistency = other.orElse(consistency);
      refused = probe.refusal(cql(""), consistency, PAGE);
    }
    refused.flatMap(this::problem).ifPresent(found::add);
    boolean mayWrite = refused.filter(StatementError::isUnauthorized).isEmpty();
    if (times != WriteTimes.NOW && mayWrite) {
      probe
          .refusal(cql(" USING TIMESTAMP " + FIRST_MICROSECOND), consistency, PAGE)
          .flatMap(this::timesRefused)
          .ifPresent(found::add);
    }
    return found;
  }

  private String cql(String using) {
    Optional<ColumnDescription> counter =
        table.columns().stream().filter(ColumnDescription::isCounter).findFirst();
    if (counter.isPresent()) {
      List<ColumnDescription> key =
          counter.get().kind() == ColumnDescription.Kind.STATIC
              ? table.partitionKey()
              : table.primaryKey();
      String name = TableDescription.quote(counter.get().name());
      return String.format(
          "UPDATE %s SET %s = %s + 1 WHERE %s",
          table.cql(),
          name,
          name,
          key.stream()
              .map(column -> TableDescription.quote(column.name()) + " = null")
              .collect(Collectors.joining(" AND ")));
    }
    List<ColumnDescription> key = table.primaryKey();
    return String.format(
        "INSERT INTO %s (%s) VALUES (%s)%s",
        table.cql(),
        key.stream()
            .map(column -> TableDescription.quote(column.name()))
            .collect(Collectors.joining(", ")),
        key.stream().map(column -> "null").collect(Collectors.joining(", ")),
        using);
  }

  private Optional<PreflightProblem> problem(StatementError refusal) {
    if (refusal.isUnauthorized()) {
      return Optional.of(
          PreflightProblem.error(
              Grants.who(refusal.role()) + " may not write to " + table,
              Grants.remedy("MODIFY", table, refusal.role())));
    }
    if (refusal.guardrail().isPresent() && !refusal.isOf("write_consistency_levels")) {
      return Optional.of(
          PreflightProblem.error(
              String.format(
                  "A guardrail of the cluster (%s) does not allow writes to %s, saying \"%s\"",
                  refusal.guardrail().get(), table, refusal.reason()),
              "have an administrator change the guardrail"));
    }
    LOG.debug(
        "The write probe of {} passed, refused only for its null key: {}", table, refusal.words());
    return Optional.empty();
  }

  private Optional<PreflightProblem> timesRefused(StatementError refusal) {
    if (refusal.isOf("minimum_timestamp") && times == WriteTimes.OF_DELETION) {
      return Optional.empty();
    }
    if (refusal.isOf("minimum_timestamp")) {
      OptionalLong bound = refusal.threshold();
      return Optional.of(
          PreflightProblem.warning(
              String.format(
                  "The cluster refuses write times%s (guardrail minimum_timestamp), and the source"
                      + " may contain such write times for %s",
                  bound.isPresent() ? " before " + second(bound.getAsLong()) : " far in the past",
                  table),
              "ignore the source's write times (ignoreCellTimes(), --ignore-cell-times), or have an"
                  + " administrator change minimum_timestamp_fail_threshold"));
    }
    if (refusal.isOf("user_timestamps") || refusal.words().contains("User provided timestamps")) {
      return Optional.of(
          PreflightProblem.error(
              "The cluster does not allow write times set by the client (guardrail"
                  + " user_timestamps), and "
                  + (times == WriteTimes.OF_DELETION
                      ? "a deletion has a time for "
                      : "the source contains write times for ")
                  + table,
              (times == WriteTimes.OF_DELETION
                      ? ""
                      : "ignore them with " + Setting.IGNORE_CELL_TIMES.call() + ", or ")
                  + "have an administrator set user_timestamps_enabled"));
    }
    return Optional.empty();
  }

  private static Instant second(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS);
  }
}
