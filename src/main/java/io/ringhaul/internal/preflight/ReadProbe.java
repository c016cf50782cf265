package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.scan.ScanClauses;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the rows of one token with the columns, condition, page size and consistency level of the
 * operation. The server checks permissions and guardrails before it looks for rows, so the query is
 * cheap, and its result applies to every other range.
 *
 * <p>After each refusal, the probe corrects the refused setting and tries again, to find all
 * problems.
 */
public final class ReadProbe implements Check {

  private static final Logger LOG = LoggerFactory.getLogger(ReadProbe.class);

  private final ProbeStatement probe;
  private final RequestSettings requests;
  private final TableDescription table;
  private final String selection;
  private final ScanClauses clauses;
  private final Pages pages;
  private OptionalInt largestPage = OptionalInt.empty();

  /**
   * The page size of an operation.
   *
   * @param rows maximum number of rows in a page
   * @param isFixed whether the user set the page size, so that it cannot be lowered
   */
  public record Pages(int rows, boolean isFixed) {}

  /**
   * @param selection the selected columns and expressions, in CQL
   */
  public ReadProbe(
      CqlSession session,
      RequestSettings requests,
      TableDescription table,
      String selection,
      ScanClauses clauses,
      Pages pages) {
    this.probe = new ProbeStatement(session, requests);
    this.requests = requests;
    this.table = table;
    this.selection = selection;
    this.clauses = clauses;
    this.pages = pages;
  }

  /**
   * Returns the largest page in rows that the cluster allows; empty if it accepted the requested
   * page.
   */
  public OptionalInt largestPage() {
    return largestPage;
  }

  @Override
  public List<PreflightProblem> problems() {
    List<PreflightProblem> found = new ArrayList<>();
    ConsistencyLevel consistency = requests.consistency();
    int page = pages.rows();
    ScanClauses rows = clauses;
    // Each round ends the probe or corrects one of three settings, each at most once.
    for (int round = 0; round < 4; round++) {
      Optional<StatementError> refused = probe.refusal(cql(rows), consistency, page);
      if (refused.isEmpty()) {
        return found;
      }
      StatementError refusal = refused.get();
      if (refusal.isOf("page_size") && page > ProbeStatement.SMALL_PAGE) {
        found.addAll(pageTooLarge(refusal));
        page = ProbeStatement.SMALL_PAGE;
      } else if (refusal.isOf("read_consistency_levels")) {
        Optional<ConsistencyLevel> other = instead(consistency);
        found.add(ConsistencyChoice.refused("read", consistency, other));
        if (other.isEmpty()) {
          return found;
        }
        consistency = other.get();
      } else if (isOfMaskedKey(refusal)) {
        found.add(maskedKey(refusal));
        return found;
      } else if (rows.where().isPresent() && isOfCondition(refusal)) {
        found.add(conditionRefused(refusal));
        rows = ScanClauses.NONE;
      } else {
        other(refusal).ifPresent(found::add);
        return found;
      }
    }
    return found;
  }

  private String cql(ScanClauses rows) {
    String token =
        table.partitionKey().stream()
            .map(column -> TableDescription.quote(column.name()))
            .collect(Collectors.joining(", ", "token(", ")"));
    return String.format(
        "SELECT %s FROM %s WHERE %s > 0 AND %s <= 1%s%s",
        selection,
        table.cql(),
        token,
        token,
        rows.where().map(where -> " AND " + where).orElse(""),
        rows.allowFiltering() ? " ALLOW FILTERING" : "");
  }

  private Optional<ConsistencyLevel> instead(ConsistencyLevel refused) {
    return ConsistencyChoice.instead(
        refused,
        level ->
            probe
                .refusal(cql(ScanClauses.NONE), level, ProbeStatement.SMALL_PAGE)
                .filter(refusal -> refusal.isOf("read_consistency_levels"))
                .isEmpty());
  }

  private List<PreflightProblem> pageTooLarge(StatementError refusal) {
    int most = (int) Math.max(1, Math.min(pages.rows() - 1L, refusal.threshold().orElse(1)));
    largestPage = OptionalInt.of(most);
    if (!pages.isFixed()) {
      LOG.debug("The cluster allows pages of at most {} rows for {}", most, table);
      return List.of();
    }
    return List.of(
        PreflightProblem.error(
            String.format(
                "Pages of %d rows are larger than the %d that the cluster allows for %s (guardrail"
                    + " page_size)",
                pages.rows(), most, table),
            "set the page size to " + most + " or less, or leave it unset"));
  }

  /** Every token range compares the partition key. */
  private boolean isOfMaskedKey(StatementError refusal) {
    return refusal.isUnauthorized()
        && table.partitionKey().stream()
            .anyMatch(column -> refusal.maskedColumns().contains(column.name()));
  }

  private PreflightProblem maskedKey(StatementError refusal) {
    return PreflightProblem.error(
        String.format(
            "%s may not filter by the masked partition key of %s, which every read of a token range"
                + " does",
            Grants.who(refusal.role()), table),
        Grants.remedy("SELECT_MASKED", table, refusal.role()));
  }

  /**
   * Refused for a missing permission to filter by masked columns, or by a guardrail on filtering or
   * indexes.
   */
  private static boolean isOfCondition(StatementError refusal) {
    return refusal.guardrail().isPresent() || !refusal.maskedColumns().isEmpty();
  }

  private PreflightProblem conditionRefused(StatementError refusal) {
    String where = clauses.where().orElse("");
    if (refusal.isUnauthorized()) {
      return PreflightProblem.error(
          String.format(
              "%s may not filter by masked columns of %s, which %s (%s) does",
              Grants.who(refusal.role()), table, Setting.WHERE.mark(), where),
          Grants.remedy("SELECT_MASKED", table, refusal.role())
              + ", or leave "
              + Setting.WHERE.mark()
              + " out");
    }
    if (refusal.isOf("allow_filtering")) {
      return PreflightProblem.error(
          String.format(
              "The cluster does not allow filtering, which %s (%s) on %s needs (guardrail"
                  + " allow_filtering)",
              Setting.WHERE.mark(), where, table),
          "leave "
              + Setting.WHERE.mark()
              + " and "
              + Setting.ALLOW_FILTERING.mark()
              + " out, or have an administrator set"
              + " allow_filtering_enabled");
    }
    return PreflightProblem.error(
        String.format(
            "A guardrail of the cluster (%s) does not allow %s (%s) on %s, saying \"%s\"",
            refusal.guardrail().orElse(""), Setting.WHERE.mark(), where, table, refusal.reason()),
        "leave " + Setting.WHERE.mark() + " out, or have an administrator change the guardrail");
  }

  private Optional<PreflightProblem> other(StatementError refusal) {
    if (refusal.isUnauthorized()) {
      String permission = refusal.permission().orElse("SELECT");
      return Optional.of(
          permission.equals("SELECT")
              ? PreflightProblem.error(
                  Grants.who(refusal.role()) + " may not read " + table,
                  Grants.remedy("SELECT", table, refusal.role()))
              : PreflightProblem.error(
                  String.format("The cluster refuses to read %s (%s)", table, refusal.words()),
                  "have an administrator grant the missing permission"));
    }
    if (refusal.guardrail().isPresent()) {
      return Optional.of(
          PreflightProblem.error(
              String.format(
                  "A guardrail of the cluster (%s) does not allow reads of %s, saying \"%s\"",
                  refusal.guardrail().get(), table, refusal.reason()),
              "have an administrator change the guardrail"));
    }
    // An invalid condition is reported when the query is prepared.
    LOG.debug("The read probe of {} was refused: {}", table, refusal.words());
    return Optional.empty();
  }
}
