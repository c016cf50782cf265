package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import io.ringhaul.seeds.Seeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console answers every request in time, reports errors of the client as such, and keeps
 * working.
 */
class ConsoleFuzzTest {

  private static final int REQUESTS = Integer.getInteger("ringhaul.console.requests", 5_000);
  private static final int SENDERS = 4;

  @TempDir private Path folder;

  @Test
  void changesNothingWithoutToken() throws Exception {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        JobConsole console = JobConsole.over(store).launcher(new RecordingLauncher()).start()) {
      Job job = StoredExamples.pending(store, "untouched");
      StoredExamples.measured(store, job.id());
      List<Job> before = store.list();
      send(console, job, "ofSomebodyElse", REQUESTS);
      assertThat(store.list()).isEqualTo(before);
      assertThat(JobTelemetry.of(store).take(job.id())).isEmpty();
      assertThat(JobTelemetry.of(store).tuning(job.id())).isEmpty();
    }
  }

  @Test
  void answersRequestsWithToken() throws Exception {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        JobConsole console = JobConsole.over(store).launcher(new RecordingLauncher()).start();
        JobRun run = StoredExamples.running(store, "changed")) {
      StoredExamples.measured(store, run.job().id());
      String token = new ConsoleClient(console.uri()).token();
      send(console, run.job(), token, REQUESTS / 5);
    }
  }

  private static void send(JobConsole console, Job job, String token, int requests)
      throws InterruptedException {
    long seed = Seeds.next();
    ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
    try {
      List<Future<Void>> results = new ArrayList<>();
      for (int sender = 0; sender < SENDERS; sender++) {
        Random random = new Random(seed + sender);
        FuzzedRequests fuzzed = new FuzzedRequests(random, console, job, token);
        results.add(senders.submit(sending(console, fuzzed, requests / SENDERS)));
      }
      for (Future<Void> result : results) {
        result.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("Repeat with -Dringhaul.seed=" + seed, e);
    } finally {
      senders.shutdownNow();
    }
  }

  private static Callable<Void> sending(JobConsole console, FuzzedRequests fuzzed, int requests) {
    return () -> {
      for (int i = 0; i < requests; i++) {
        byte[] request = fuzzed.next();
        String text = new String(request, StandardCharsets.ISO_8859_1);
        String answer = RawHttp.exchange(console.uri(), request);
        assertThat(RawHttp.status(answer)).as("%s\n\n%s", text, answer).isLessThan(500);
      }
      return null;
    };
  }
}
