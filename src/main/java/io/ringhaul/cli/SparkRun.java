package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.spark.RinghaulSpark;
import io.ringhaul.spark.SessionFactory;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Runs a command in Spark's driver. The executors get its arguments and what these refer to here:
 * the password, the driver's configuration, and properties of catalogs and object stores. All of it
 * is in the tasks only, and not in settings of Spark, which others can see.
 */
final class SparkRun<Q extends OperationRequest<Q, R>, R extends OperationResult>
    implements AutoCloseable {

  private static final String LOG_LEVEL = "spark.log.level";

  private final JavaSparkContext context;
  private final RinghaulSpark entrance;
  private final OperationCommand<Q, R> command;

  private SparkRun(
      JavaSparkContext context, RinghaulSpark entrance, OperationCommand<Q, R> command) {
    this.context = context;
    this.entrance = entrance;
    this.command = command;
  }

  /**
   * Connects to Spark.
   *
   * @param session of this process, to the cluster of the connection
   * @throws BulkOperationException if Spark refuses the master or the settings
   */
  static <Q extends OperationRequest<Q, R>, R extends OperationResult> SparkRun<Q, R> begin(
      OperationCommand<Q, R> command,
      String master,
      Map<String, String> settings,
      ConnectionOptions connection,
      CqlSession session) {
    SparkConf conf = new SparkConf().setMaster(master);
    settings.forEach(conf::set);
    conf.setIfMissing(LOG_LEVEL, command.isVerbose() ? "INFO" : "WARN");
    conf.setAppName("ringhaul " + command.spec().name() + " " + command.table());
    JavaSparkContext context = context(conf, master);
    try {
      Sessions sessions = new Sessions(connection.complete(), command.table().keyspace(), session);
      return new SparkRun<>(context, RinghaulSpark.over(context, sessions), command);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  /**
   * Limits the log of this process to warnings, as that of other commands, before Spark can do so.
   *
   * @param errorsOnly loggers of which only errors are logged
   */
  static void limitLogs(List<String> errorsOnly) {
    // Spark configures its log with its first logger.
    new SparkConf().log();
    try {
      Class<?> level = Class.forName("org.apache.logging.log4j.Level");
      Class<?> configurator = Class.forName("org.apache.logging.log4j.core.config.Configurator");
      configurator.getMethod("setRootLevel", level).invoke(null, level.getField("WARN").get(null));
      Method setLevel = configurator.getMethod("setLevel", String.class, level);
      for (String logger : errorsOnly) {
        setLevel.invoke(null, logger, level.getField("ERROR").get(null));
      }
    } catch (ReflectiveOperationException e) {
      // This Spark has another log, whose settings are the user's.
    }
  }

  private static JavaSparkContext context(SparkConf conf, String master) {
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) {
      // Spark's own exceptions are checked, and its methods do not declare them.
      throw new BulkOperationException(
          "Spark cannot be started on " + master + ": " + e.getMessage(), e);
    }
  }

  /** Returns the request of the command, whose tasks run on the executors. */
  Q request() {
    return command.onSpark(entrance, new Parsed<>(command));
  }

  @Override
  public void close() {
    try {
      entrance.close();
    } finally {
      context.close();
    }
  }

  /** Opens sessions as the command does. */
  private static final class Sessions implements SessionFactory {

    private static final long serialVersionUID = 1;

    private final ConnectionOptions connection;
    private final String keyspace;
    private final transient @Nullable CqlSession here;

    Sessions(ConnectionOptions connection, String keyspace, CqlSession here) {
      this.connection = connection;
      this.keyspace = keyspace;
      this.here = here;
    }

    @Override
    public CqlSession open() {
      if (here != null) {
        return here;
      }
      Main.DRIVER_SETTINGS.forEach(ConnectionOptions::setDriverDefault);
      return connection.open(keyspace);
    }
  }

  /** Makes the request of the command that runs here, and of its arguments elsewhere. */
  private static final class Parsed<Q extends OperationRequest<Q, R>, R extends OperationResult>
      implements RinghaulSpark.Request<Q> {

    private static final long serialVersionUID = 1;

    private final ArrayList<String> arguments;
    private final FormatOptions.@Nullable Properties properties;
    private final transient @Nullable OperationCommand<Q, R> here;

    Parsed(OperationCommand<Q, R> command) {
      this.arguments = new ArrayList<>(StoredCommand.of(command.spec()));
      this.properties = command.format().map(FormatOptions::properties).orElse(null);
      this.here = command;
    }

    @Override
    public Q with(TokenAwareBulkOperator operator) {
      OperationCommand<Q, R> command = here == null ? parsed() : here;
      return command.prepared(command.request(operator));
    }

    @SuppressWarnings("unchecked") // The same name is the same command.
    private OperationCommand<Q, R> parsed() {
      OperationCommand<Q, R> command = (OperationCommand<Q, R>) Main.parsed(arguments);
      FormatOptions.Properties resolved = properties;
      if (resolved != null) {
        command.format().ifPresent(format -> format.use(resolved));
      }
      return command;
    }
  }
}
