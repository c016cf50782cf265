package io.ringhaul.preflight;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings of the node that answers, where the role may read them; few may. */
final class ServerSettings {

  private static final Logger LOG = LoggerFactory.getLogger(ServerSettings.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CqlSession session;

  ServerSettings(CqlSession session) {
    this.session = session;
  }

  /** The value of a setting; empty if it is not set, not known or not to be read. */
  Optional<String> value(String name) {
    try {
      Row row =
          session
              .execute(
                  SimpleStatement.newInstance(
                          "SELECT value FROM system_views.settings WHERE name = ?", name)
                      .setPageSize(Trial.SMALL_PAGE)
                      .setTimeout(PATIENCE)
                      .setIdempotent(true))
              .one();
      return row == null ? Optional.empty() : Optional.ofNullable(row.getString(0));
    } catch (RuntimeException e) {
      LOG.debug("The setting {} of the server cannot be read", name, e);
      return Optional.empty();
    }
  }
}
