package io.ringhaul.cli;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.iceberg.SecretProperties;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether the tasks of a command run on Spark. */
final class SparkOptions {

  static final String ON = "--on";
  static final String CONF = "--spark-conf";

  /** The property that {@code spark-submit} sets in the process of an application. */
  private static final String MASTER_PROPERTY = "spark.master";

  private static final String DEPLOY_MODE_PROPERTY = "spark.submit.deployMode";

  private static final String NONE = "none";

  /** A setting within a value, such as options of a Java virtual machine. */
  private static final Pattern WITHIN = Pattern.compile("([\\w.-]+)=");

  @Option(
      names = ON,
      paramLabel = "MASTER",
      description =
          "Runs the tasks on the executors of Spark, by its master: spark://HOST:PORT, yarn,"
              + " k8s://URL or local[N]; none for this process. Requires Spark 3.5 or 4 in"
              + " SPARK_HOME. Default: this process; under spark-submit, its master.")
  private @Nullable String on;

  @Option(
      names = CONF,
      paramLabel = "KEY=VALUE",
      description =
          "A setting of Spark, such as spark.cores.max=8; repeatable. Default: those of Spark.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Whether {@code spark-submit} started this process, which thus has the classes of Spark. */
  static boolean isInSpark() {
    return System.getProperty(MASTER_PROPERTY) != null;
  }

  /**
   * Returns the master of Spark; empty to run in this process.
   *
   * @throws InvalidSettingException if there is none and settings of Spark are given, or if {@code
   *     spark-submit} has another one
   */
  Optional<String> master() {
    String submitted = System.getProperty(MASTER_PROPERTY);
    if (on != null && on.isBlank()) {
      throw new InvalidSettingException(ON, ON + " is empty: give the master of Spark");
    }
    Optional<String> master =
        Optional.ofNullable(on == null ? submitted : on).filter(text -> !text.equals(NONE));
    if (master.isPresent() && "cluster".equals(System.getProperty(DEPLOY_MODE_PROPERTY))) {
      throw new InvalidSettingException(
          ON,
          "A command keeps its job in this process and ends with an exit code, so it does not run in"
              + " the cluster: give spark-submit --deploy-mode client");
    }
    if (master.isPresent() && System.getProperty(SparkLauncher.STORED_PROPERTY) != null) {
      // The launcher gave it, and spark-submit may have changed its form.
      return Optional.ofNullable(submitted);
    }
    if (master.isPresent() && submitted != null && !submitted.equals(master.get())) {
      throw new InvalidSettingException(
          ON,
          String.format(
              "%s is %s, and spark-submit has the master %s: give the master once",
              ON, master.get(), submitted));
    }
    if (master.isEmpty() && on == null && !settings.isEmpty()) {
      throw new InvalidSettingException(CONF, CONF + " is for " + ON);
    }
    return master;
  }

  /**
   * Returns the settings of Spark.
   *
   * @throws InvalidSettingException if one is a secret or not one of Spark
   */
  Map<String, String> settings() {
    settings.forEach(
        (key, value) -> {
          if (!key.startsWith("spark.") || key.equals(MASTER_PROPERTY)) {
            throw new InvalidSettingException(
                CONF,
                key.equals(MASTER_PROPERTY)
                    ? CONF + " is " + key + ": give the master with " + ON
                    : CONF + " is " + key + "; settings of Spark begin with spark.");
          }
          boolean isSecretWithin =
              WITHIN
                  .matcher(value)
                  .results()
                  .anyMatch(its -> SecretProperties.isSecretKey(its.group(1)));
          if (SecretProperties.isSecretKey(key)
              || SecretProperties.hasPassword(value)
              || isSecretWithin) {
            throw new InvalidSettingException(
                CONF,
                String.format(
                    "The value of %s %s would be visible to other users of this machine and stored"
                        + " with the job: set it in conf/spark-defaults.conf of Spark",
                    CONF, key));
          }
        });
    return settings;
  }
}
