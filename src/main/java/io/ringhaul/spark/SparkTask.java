package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.operation.Distribution;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;

/**
 * Runs one task on an executor, and returns its number. The task is encoded, since Spark's
 * serializer for data may be Kryo, which cannot restore records.
 *
 * @param share what each task may use
 * @param outcomes takes the outcome
 */
record SparkTask(
    SparkTask.Source source,
    RinghaulSpark.Request<?> request,
    Distribution.Terms share,
    SparkTasks.Outcomes outcomes)
    implements Function<byte[], Integer> {

  private static final long serialVersionUID = 1;

  /**
   * Where sessions come from.
   *
   * @param id identifies the factory in all processes
   */
  record Source(UUID id, SessionFactory factory) implements Serializable {

    private static final long serialVersionUID = 1;
  }

  static byte[] encoded(Distribution.Task task) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(task);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public Integer call(byte[] encoded) throws IOException, ClassNotFoundException {
    Distribution.Task task;
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(encoded))) {
      task = (Distribution.Task) in.readObject();
    }
    if (share.once()) {
      requireFirstAttempt("of the import (" + task.number() + ")");
    }
    CqlSession session = Sessions.lease(source);
    ExecutorService threads = Executors.newCachedThreadPool(SparkTask::thread);
    Distribution.Receiver part = new Distribution.Receiver(threads, share, task);
    try (TokenAwareBulkOperator operator =
        TokenAwareBulkOperator.builder(session).executor(part).build()) {
      outcomes.add(part.outcome(request.with(operator).execute().totals()));
      return task.number();
    } finally {
      threads.shutdownNow();
      Sessions.giveBack(source.id());
    }
  }

  /**
   * Refuses to run a task again whose rows must not be written twice.
   *
   * @param task for the message, such as {@code of the write to store.orders}
   */
  static void requireFirstAttempt(String task) {
    TaskContext attempt = TaskContext.get();
    if (attempt.attemptNumber() > 0 || attempt.stageAttemptNumber() > 0) {
      throw new BulkOperationException(
          "A task "
              + task
              + " has failed or was lost with its executor, and is not run again, because its rows"
              + " must not be written twice; Spark's log has the failure of its first attempt",
          null);
    }
  }

  /** Refuses speculation, whose attempts would fail the operation. */
  static void requireNoSpeculation() {
    if (SparkEnv.get().conf().getBoolean("spark.speculation", false)) {
      throw new InvalidSettingException(
          "spark.speculation",
          "The rows must not be written twice, and with speculation Spark runs slow tasks twice:"
              + " set spark.speculation to false");
    }
  }

  static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "ringhaul-spark");
    thread.setDaemon(true);
    return thread;
  }
}
