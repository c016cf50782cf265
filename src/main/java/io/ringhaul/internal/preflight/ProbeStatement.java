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

/** Sends a statement to see whether the cluster takes it: once, and without much patience. */
final class ProbeStatement {

  private static final Logger LOG = LoggerFactory.getLogger(ProbeStatement.class);

  /** Rows to a page that no guardrail minds, however low it is set. */
  static final int SMALL_PAGE = 1;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CqlSession session;
  private final RequestSettings requests;

  ProbeStatement(CqlSession session, RequestSettings requests) {
    this.session = session;
    this.requests = requests;
  }

  /**
   * Why the server will not have the statement; empty if it takes it, and if nobody can say: a node
   * that is down or slow says nothing about the statement.
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
      LOG.debug("The trial {} could not be run at {}", cql, consistency, e);
      return Optional.empty();
    }
  }

  private DriverExecutionProfile profile() {
    DriverConfig config = session.getContext().getConfig();
    return requests
        .executionProfile()
        .map(config::getProfile)
        .orElseGet(config::getDefaultProfile)
        // Guardrails warn as they refuse; who is told of them here need not read them twice.
        .withBoolean(DefaultDriverOption.REQUEST_LOG_WARNINGS, false);
  }
}
