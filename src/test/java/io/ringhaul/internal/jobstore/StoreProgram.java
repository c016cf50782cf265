package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** Another process that uses a store. Prints each completed step. */
final class StoreProgram {

  private StoreProgram() {}

  /**
   * Starts the program.
   *
   * @param said where it writes to
   */
  static Process start(Path store, UUID job, Path said) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            StoreProgram.class.getName(),
            store.toString(),
            job.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(said.toFile())
        .start();
  }

  /**
   * Begins the job, waits for a byte, and does each partition that is open, until something fails.
   */
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) throws IOException {
    UUID id = UUID.fromString(args[1]);
    try (JobStore store = JobStore.file(Path.of(args[0]))) {
      JobRun run = JobRuns.of(store).begin(id);
      System.out.println("begun");
      System.in.read();
      for (JobPartition each : run.partitions()) {
        if (each.status() != PartitionStatus.DONE) {
          run.begun(each.number());
          run.done(Jobs.checkpoint(each.number()));
          System.out.println("done " + each.number());
        }
      }
      run.completed();
      System.out.println("completed");
    } catch (JobException e) {
      System.out.println("refused: " + e.getMessage());
    } catch (BulkOperationException e) {
      System.out.println("failed: " + e.getMessage());
    }
  }
}
