package io.ringhaul.spring;

import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code ringhaul.*} of an application. An unknown property in a configuration file
 * ends the start of the application.
 *
 * @param jobs where jobs are stored; without a location there is no job store
 */
@ConfigurationProperties(prefix = "ringhaul", ignoreUnknownFields = false)
public record RinghaulProperties(@DefaultValue Location jobs) {

  private static final String PREFIX = "ringhaul.jobs.";
  private static final String POSTGRES = "jdbc:postgresql:";

  /**
   * The location of a job store: a file or a URL, not both.
   *
   * @param file SQLite file of the job store; missing folders are created, readable only by the
   *     user of the process
   * @param url JDBC URL of a PostgreSQL database; needs HikariCP and the PostgreSQL driver on the
   *     class path
   * @param username user of the database; default: that of the URL, else the driver's default
   * @param password password of the database; default: that of the URL, else the driver's default
   */
  public record Location(
      @Nullable Path file,
      @Nullable String url,
      @Nullable String username,
      @Nullable String password) {

    /**
     * Checks the values.
     *
     * @throws InvalidSettingException if there are a file and a URL, the URL is not one of
     *     PostgreSQL, or there is a username or password without a URL
     */
    public Location {
      if (file != null && url != null) {
        throw new InvalidSettingException(
            PREFIX + "url", "Both ringhaul.jobs.file and ringhaul.jobs.url are set");
      }
      if (url != null && !url.startsWith(POSTGRES)) {
        throw new InvalidSettingException(
            PREFIX + "url",
            "The value of ringhaul.jobs.url does not begin with jdbc:postgresql: - set"
                + " ringhaul.jobs.file for a job store in a file, or define a bean with"
                + " JobStore.over(dataSource) for another database");
      }
      if (url == null && (username != null || password != null)) {
        throw new InvalidSettingException(
            PREFIX + (username == null ? "password" : "username"),
            "ringhaul.jobs.username and ringhaul.jobs.password need ringhaul.jobs.url");
      }
    }

    /** Returns the location without the password and without the URL, which may contain one. */
    @Override
    public String toString() {
      return file != null ? file.toString() : url != null ? POSTGRES + "***" : "none";
    }
  }
}
