package io.ringhaul.cli.jobs;

import io.ringhaul.exceptions.InvalidSettingException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a PostgreSQL URL. The login comes from the URL, else from {@code PGUSER} and
 * {@code PGPASSWORD}, else from what the driver itself looks at, such as {@code .pgpass}.
 */
final class UrlDataSource implements DataSource {

  private final String url;
  private final Properties login = new Properties();

  UrlDataSource(String url, Map<String, String> environment) {
    try {
      DriverManager.getDriver(url);
    } catch (SQLException e) {
      throw new InvalidSettingException(
          "--job-store",
          "A job store in PostgreSQL takes its JDBC driver, which is not part of Ringhaul: put the"
              + " jar of org.postgresql:postgresql on the class path, for scripts/ringhaul with"
              + " RINGHAUL_CLASSPATH=/path/to/postgresql.jar");
    }
    this.url = url;
    set("user", environment.get("PGUSER"));
    set("password", environment.get("PGPASSWORD"));
  }

  /** What the URL says wins. */
  private void set(String property, @Nullable String value) {
    if (value != null && !url.matches(".*[?&]" + property + "=.*")) {
      login.setProperty(property, value);
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    return DriverManager.getConnection(url, login);
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return DriverManager.getConnection(url, username, password);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {
    // Failures are thrown; there is nothing else to tell.
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException("The URL sets the login timeout");
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("The driver has its own logger");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("Wraps no " + type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
