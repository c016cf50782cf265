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
 * Sends a write that cannot take effect: its partition key is null, which no row can have. The
 * server checks permissions, and the guardrails on consistency levels and write times, before it
 * looks at the values, and refuses these last.
 */
public final class WriteProbe implements Check {

  private static final Logger LOG = LoggerFactory.getLogger(WriteProbe.class);
  private static final int PAGE = 1;

  /** Before everything that was ever written. */
  private static final long FIRST_MICROSECOND = 1;

  private final ProbeStatement probe;
  private final RequestSettings requests;
  private final TableDescription table;
  private final WriteTimes times;

  /** Where the write times of the cells come from. */
  public enum WriteTimes {
    /** They are written as of now. */
    NOW,
    /** The source holds them. */
    OF_SOURCE
  }

  /** A trial of writes with the given settings. */
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
    if (times == WriteTimes.OF_SOURCE && found.stream().noneMatch(WriteProbe::isOfPermission)) {
      probe
          .refusal(cql(" USING TIMESTAMP " + FIRST_MICROSECOND), consistency, PAGE)
          .flatMap(this::timesRefused)
          .ifPresent(found::add);
    }
    return found;
  }

  private static boolean isOfPermission(PreflightProblem problem) {
    return problem.remedy().contains("GRANT");
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
                  "A guardrail of the cluster (%s) does not allow to write to %s, saying \"%s\"",
                  refusal.guardrail().get(), table, refusal.reason()),
              "have an administrator change it"));
    }
    LOG.debug("The trial of writing to {} ended as it should: {}", table, refusal.words());
    return Optional.empty();
  }

  private Optional<PreflightProblem> timesRefused(StatementError refusal) {
    if (refusal.isOf("minimum_timestamp")) {
      OptionalLong bound = refusal.threshold();
      return Optional.of(
          PreflightProblem.warning(
              String.format(
                  "The cluster refuses write times%s (guardrail minimum_timestamp), and the source"
                      + " may hold such for %s",
                  bound.isPresent() ? " before " + second(bound.getAsLong()) : " far in the past",
                  table),
              "leave the source's write times aside (ignoreCellTimes(), --ignore-cell-times), or"
                  + " have an administrator change minimum_timestamp_fail_threshold"));
    }
    if (refusal.isOf("user_timestamps") || refusal.words().contains("User provided timestamps")) {
      return Optional.of(
          PreflightProblem.error(
              "The cluster allows no write times but its own (guardrail user_timestamps), and the"
                  + " source holds some for "
                  + table,
              "leave them aside with "
                  + Setting.IGNORE_CELL_TIMES.call()
                  + ", or have an administrator set user_timestamps_enabled"));
    }
    return Optional.empty();
  }

  private static Instant second(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS);
  }
}
