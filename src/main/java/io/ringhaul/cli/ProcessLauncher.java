package io.ringhaul.cli;

import io.ringhaul.console.JobLauncher;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobRun;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs in processes of their own, which go on when this one ends. A start that leads to no run
 * is told in the store: nobody reads the standard error of such a process.
 */
final class ProcessLauncher implements JobLauncher, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessLauncher.class);

  private final JobStore store;
  private final JobProcesses processes;
  private final ImportFolders folders;
  private final Map<UUID, Start> starts = new ConcurrentHashMap<>();
  private final ExecutorService ends =
      Executors.newSingleThreadExecutor(Background.threads("ringhaul-launcher"));

  /**
   * @param processes begins processes that work on the same store
   * @param folders below which the jobs may read
   */
  ProcessLauncher(JobStore store, JobProcesses processes, ImportFolders folders) {
    this.store = store;
    this.processes = processes;
    this.folders = folders;
  }

  @Override
  public Job make(List<String> command) {
    Job job = JobMaker.make(command);
    folders.require(job.definition().command());
    return job;
  }

  @Override
  public void requireStartable(Job job) {
    JobsAgainCommand.requireCommand(job);
    requireFolders(job);
    Start earlier = starts.get(job.id());
    // One that has led to a run is told by the job: after its end the process lives for a moment.
    if (earlier != null && earlier.run == job.run() && earlier.process.isAlive()) {
      throw new JobException(
          job.id(),
          "Process " + earlier.process.pid() + " was started for job " + job.id() + " already",
          null);
    }
  }

  /** Looks again: links may lead elsewhere by now, and the job may be one of the command line. */
  private void requireFolders(Job job) {
    try {
      folders.require(job.definition().command());
    } catch (InvalidSettingException e) {
      throw new JobException(job.id(), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void start(Job job) {
    launch(job);
  }

  @Override
  public void restart(Job job) {
    requireStartable(job);
    JobsRestartCommand.requireRestartable(store, job, job.definition().command());
    // A process of a run that is over may live for a moment; it says nothing of the new run.
    starts.remove(job.id());
    launch(forgotten(job));
  }

  /**
   * The job as if it was never begun. Done here: a process could be stopped in the middle of it.
   */
  private Job forgotten(Job job) {
    if (job.kind() == JobKind.IMPORT) {
      store.reset(job.id());
    } else if (job.plan().isPresent()) {
      JobLeftovers.giveUp(store, job);
      store.create(
          Job.pending(
              job.id(),
              job.name(),
              job.description(),
              job.labels(),
              job.kind(),
              JobDefinition.draft(job.definition().command())));
    }
    return store.find(job.id()).orElse(job);
  }

  private synchronized void launch(Job job) {
    requireStartable(job);
    Start start;
    try {
      start = new Start(processes.begin(job.id()), job.run());
    } catch (IOException e) {
      throw new JobException(
          job.id(), "No process could be started for job " + job.id() + ": " + e.getMessage(), e);
    }
    starts.put(job.id(), start);
    start.process.onExit().thenAcceptAsync(process -> ended(job.id(), start), ends);
  }

  @Override
  public boolean cancel(Job job) {
    Start start = starts.get(job.id());
    return start != null && start.stop() && start.run == job.run();
  }

  @Override
  public void discard(Job job) {
    if (!job.definition().command().isEmpty()) {
      JobLeftovers.giveUp(store, job);
    }
  }

  private void ended(UUID id, Start start) {
    boolean isLast = starts.remove(id, start);
    int exitCode = start.process.exitValue();
    if (!isLast || exitCode == ExitCode.DONE) {
      return;
    }
    try {
      if (start.isStopped) {
        // It may have ended before it could say so itself.
        store.find(id).filter(ProcessLauncher::isOpen).ifPresent(job -> store.requestStop(id));
        return;
      }
      store
          .find(id)
          .filter(job -> job.run() == start.run && job.status() != JobStatus.COMPLETED)
          .ifPresent(job -> fail(id, processes.reason(id, exitCode)));
    } catch (BulkOperationException e) {
      LOG.warn("Job {} could not be started, and the store does not take it: {}", id, e);
    }
  }

  private static boolean isOpen(Job job) {
    return switch (job.status()) {
      case PENDING, RUNNING, STOPPING -> true;
      case STOPPED, FAILED, COMPLETED -> false;
    };
  }

  private void fail(UUID id, String reason) {
    try (JobRun run = store.begin(id)) {
      run.failed(reason);
    }
  }

  /** Processes that were started go on. */
  @Override
  public void close() {
    ends.shutdownNow();
  }

  /** A process that was started for a job. */
  private static final class Start {

    private final Process process;
    private final int run;
    private volatile boolean isStopped;

    /**
     * @param run how often the job was begun before
     */
    Start(Process process, int run) {
      this.process = process;
      this.run = run;
    }

    /** Asks the process to end, once: asked twice, it would end at once. */
    synchronized boolean stop() {
      if (isStopped || !process.isAlive()) {
        return false;
      }
      isStopped = true;
      process.destroy();
      return true;
    }
  }
}
