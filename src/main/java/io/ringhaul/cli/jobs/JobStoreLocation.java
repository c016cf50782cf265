package io.ringhaul.cli.jobs;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.jobstore.StoreLocation;
import io.ringhaul.job.JobStore;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The location of the job store of the command line. */
public final class JobStoreLocation {

  /** The environment variable with the location, used if the option is absent. */
  public static final String VARIABLE = "RINGHAUL_JOB_STORE";

  private static final String OPTION = "--job-store";
  private static final String NONE = "none";

  private static final Pattern PASSWORD =
      Pattern.compile("([?&](?:ssl)?password)=[^&]*", Pattern.CASE_INSENSITIVE);

  private final String text;
  private final boolean isDefault;
  private final Map<String, String> environment;

  private JobStoreLocation(String text, boolean isDefault, Map<String, String> environment) {
    this.text = text;
    this.isDefault = isDefault;
    this.environment = environment;
  }

  /**
   * The store that the option names, else that of {@link #VARIABLE}, else {@code
   * ~/.ringhaul/jobs.db}.
   *
   * @param option a file, {@code jdbc:postgresql:...} or {@code none}; null if absent
   * @throws InvalidSettingException if the option is none of these, or contains a password, which
   *     other users of the machine could see
   */
  public static JobStoreLocation of(@Nullable String option, Map<String, String> environment) {
    if (option != null) {
      if (PASSWORD.matcher(option).find()) {
        throw new InvalidSettingException(
            OPTION,
            "The URL of --job-store contains a password, which other users of this machine can see:"
                + " set PGPASSWORD, use a .pgpass file, or put the URL into "
                + VARIABLE);
      }
      return chosen(option, environment);
    }
    String variable = environment.get(VARIABLE);
    if (variable != null && !variable.isBlank()) {
      return chosen(variable, environment);
    }
    Path file = Path.of(System.getProperty("user.home"), ".ringhaul", "jobs.db");
    return new JobStoreLocation(file.toString(), true, environment);
  }

  private static JobStoreLocation chosen(String given, Map<String, String> environment) {
    String text = given.strip();
    if (text.equals(NONE) || text.startsWith(StoreLocation.POSTGRES)) {
      return new JobStoreLocation(text, false, environment);
    }
    if (text.isEmpty() || text.startsWith("jdbc:")) {
      throw new InvalidSettingException(
          OPTION, "'" + text + "' is not a job store: give a file, jdbc:postgresql:... or none");
    }
    try {
      Path file = Path.of(LocalPaths.requireText(OPTION, text)).toAbsolutePath().normalize();
      return new JobStoreLocation(file.toString(), false, environment);
    } catch (InvalidPathException e) {
      throw new InvalidSettingException(
          OPTION, "'" + text + "' is not a file name: " + e.getReason());
    }
  }

  /** Whether jobs are in memory only. */
  public boolean isNone() {
    return text.equals(NONE);
  }

  /**
   * The value of {@code --job-store} for this store; empty for the default store, and for a URL
   * with a password, which only {@link #VARIABLE} may contain.
   */
  public Optional<String> option() {
    return isDefault || PASSWORD.matcher(text).find() ? Optional.empty() : Optional.of(text);
  }

  /**
   * Opens the store.
   *
   * @throws BulkOperationException if the store cannot be opened
   */
  public JobStore open() {
    if (isNone()) {
      return JobStore.inMemory();
    }
    if (text.startsWith(StoreLocation.POSTGRES)) {
      return openPostgres();
    }
    return StoreLocation.file(Path.of(text));
  }

  /**
   * Opens the store. If the default store cannot be opened, prints a warning and returns a store in
   * memory.
   *
   * @throws BulkOperationException if the user chose the store and it cannot be opened
   */
  public JobStore openOrWarn(PrintWriter err) {
    if (!isDefault) {
      return open();
    }
    try {
      return open();
    } catch (BulkOperationException e) {
      err.println(
          "ringhaul: warning: "
              + e.getMessage()
              + "; this job is kept in memory only and cannot be resumed: choose another location"
              + " with --job-store");
      err.flush();
      return JobStore.inMemory();
    }
  }

  /** The shell command that resumes a job of this store. */
  public String resumeCommand(UUID job) {
    return command("resume", job);
  }

  /** The shell command that shows a job of this store. */
  public String showCommand(UUID job) {
    return command("show", job);
  }

  private String command(String name, UUID job) {
    return "ringhaul jobs "
        + name
        + " "
        + job
        + option().map(option -> " --job-store " + StoredCommand.quoted(option)).orElse("");
  }

  @Override
  public String toString() {
    return PASSWORD.matcher(text).replaceAll("$1=***");
  }

  /** The login comes from the URL, else from {@code PGUSER} and {@code PGPASSWORD}. */
  private JobStore openPostgres() {
    Map<String, String> login = new HashMap<>();
    Map.of("user", "PGUSER", "password", "PGPASSWORD")
        .forEach(
            (property, variable) -> {
              String value = environment.get(variable);
              if (value != null) {
                login.put(property, value);
              }
            });
    return StoreLocation.postgres(
        text,
        login,
        OPTION,
        "put the jar of org.postgresql:postgresql on the class path, for scripts/ringhaul with"
            + " RINGHAUL_CLASSPATH=/path/to/postgresql.jar");
  }
}
