package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings of the node that answers, where the role may read them; few may. */
public final class ServerSettings {

  private static final Logger LOG = LoggerFactory.getLogger(ServerSettings.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CqlSession session;

  /** Reads nothing yet. */
  public ServerSettings(CqlSession session) {
    this.session = session;
  }

  /** The value of a setting; empty if it is not set, not known or not to be read. */
  public Optional<String> value(String name) {
    return Optional.ofNullable(values(List.of(name)).get(name));
  }

  /**
   * The values of several settings of one node, read at once.
   *
   * @return without those that are not set or not known; empty if they are not to be read
   */
  public Map<String, String> values(List<String> names) {
    Map<String, String> values = new HashMap<>();
    try {
      for (Row row :
          session.execute(
              SimpleStatement.newInstance(
                      "SELECT name, value FROM system_views.settings WHERE name IN ?", names)
                  // A guardrail may allow few rows to a page.
                  .setPageSize(names.size())
                  .setTimeout(PATIENCE)
                  .setIdempotent(true))) {
        String value = row.getString(1);
        if (value != null) {
          values.put(String.valueOf(row.getString(0)), value);
        }
      }
      return values;
    } catch (RuntimeException e) {
      LOG.debug("The settings {} of the server cannot be read", names, e);
      return Map.of();
    }
  }
}
