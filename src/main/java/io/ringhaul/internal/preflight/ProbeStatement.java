package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfig;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import io.ringhaul.internal.request.RequestSettings;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a statement once, with a short timeout, to find out whether the cluster accepts it. */
final class ProbeStatement {

  private static final Logger LOG = LoggerFactory.getLogger(ProbeStatement.class);

  /** A page size in rows that no guardrail refuses. */
  static final int SMALL_PAGE = 1;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CqlSession session;
  private final RequestSettings requests;

  ProbeStatement(CqlSession session, RequestSettings requests) {
    this.session = session;
    this.requests = requests;
  }

  /**
   * Returns the error with which the server refuses the statement. Returns empty if the server
   * accepts the statement, and if the request fails otherwise: a node that is down or slow says
   * nothing about the statement.
   *
   * @param pageSize in rows
   */
  Optional<StatementError> refusal(String cql, ConsistencyLevel consistency, int pageSize) {
    try {
      session.execute(
          SimpleStatement.newInstance(cql)
              .setExecutionProfile(profile())
              .setConsistencyLevel(consistency)
              .setPageSize(pageSize)
              .setTimeout(PATIENCE)
              .setIdempotent(true));
      return Optional.empty();
    } catch (QueryValidationException e) {
      return Optional.of(StatementError.of(e));
    } catch (RuntimeException e) {
      LOG.debug("The probe {} could not be run at {}", cql, consistency, e);
      return Optional.empty();
    }
  }

  private DriverExecutionProfile profile() {
    DriverConfig config = session.getContext().getConfig();
    return requests
        .executionProfile()
        .map(config::getProfile)
        .orElseGet(config::getDefaultProfile)
        // A refusal by a guardrail is also a warning. The problem already reports it, so do not log
        // it.
        .withBoolean(DefaultDriverOption.REQUEST_LOG_WARNINGS, false);
  }
}
