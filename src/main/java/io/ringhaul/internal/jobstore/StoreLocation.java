package io.ringhaul.internal.jobstore;

import com.zaxxer.hikari.HikariDataSource;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.OwnerOnly;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/** Opens job stores that configuration names, by a file or by a URL of PostgreSQL. */
public final class StoreLocation {

  /** The beginning of a URL of PostgreSQL. */
  public static final String POSTGRES = "jdbc:postgresql:";

  /** Calls on the store are short; a job makes a few at the same time. */
  private static final int CONNECTIONS = 4;

  /** How long a call waits for a connection before it counts as failed, and is repeated. */
  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);

  private StoreLocation() {}

  /** Opens a store in a file, and creates missing folders that only their owner can access. */
  public static JobStore file(Path file) {
    Path folder = file.getParent();
    if (folder != null) {
      try {
        OwnerOnly.createFolders(folder);
      } catch (IOException e) {
        throw new StorageException(
            file.toString(),
            String.format(
                "The job store %s cannot be created: the folder %s cannot be created (%s)",
                file, folder, e.getClass().getSimpleName()),
            e);
      }
    }
    return JobStore.file(file);
  }

  /**
   * Opens a store in PostgreSQL with a pool of connections, which it closes.
   *
   * @param login {@code user} and {@code password}, each used if the URL has none; absent values
   *     come from the driver's own sources, such as {@code .pgpass}
   * @param setting the name of the setting of the URL
   * @param remedy how to add the JDBC driver and HikariCP, for the message if one is missing
   */
  public static JobStore postgres(
      String url, Map<String, String> login, String setting, String remedy) {
    requireLibraries(url, setting, remedy);
    HikariDataSource pool = new HikariDataSource();
    pool.setPoolName("job-store");
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(CONNECTIONS);
    pool.setMinimumIdle(1);
    pool.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
    login.forEach(
        (property, value) -> {
          if (!Pattern.compile("[?&]" + property + "=").matcher(url).find()) {
            pool.addDataSourceProperty(property, value);
          }
        });
    try {
      return StoredJobs.over(pool, pool::close);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }

  private static void requireLibraries(String url, String setting, String remedy) {
    try {
      DriverManager.getDriver(url);
    } catch (SQLException e) {
      throw new InvalidSettingException(
          setting,
          "A job store in PostgreSQL requires its JDBC driver, which is not part of Ringhaul: "
              + remedy);
    }
    try {
      Class.forName("com.zaxxer.hikari.HikariDataSource");
    } catch (ClassNotFoundException e) {
      throw new InvalidSettingException(
          setting, "A job store in PostgreSQL requires com.zaxxer:HikariCP: " + remedy);
    }
  }
}
