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

/** Reads the settings of the responding node. Few roles have the permission to read them. */
public final class ServerSettings {

  private static final Logger LOG = LoggerFactory.getLogger(ServerSettings.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CqlSession session;

  /** Creates a reader without sending a query. */
  public ServerSettings(CqlSession session) {
    this.session = session;
  }

  /** Returns the value of a setting; empty if it is unset, unknown or not readable. */
  public Optional<String> value(String name) {
    return Optional.ofNullable(values(List.of(name)).get(name));
  }

  /**
   * Reads the values of several settings of one node with one query.
   *
   * @return the values without unset and unknown settings; empty if the settings are not readable
   */
  public Map<String, String> values(List<String> names) {
    Map<String, String> values = new HashMap<>();
    try {
      for (Row row :
          session.execute(
              SimpleStatement.newInstance(
                      "SELECT name, value FROM system_views.settings WHERE name IN ?", names)
                  // A guardrail may limit the page size.
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
      LOG.debug("Cannot read the settings {} of the server", names, e);
      return Map.of();
    }
  }
}
