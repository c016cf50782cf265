package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.internal.jobstore.JobProfile;
import io.ringhaul.internal.jobstore.JobRequest;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestPollTest {

  private final JobStore store = JobStore.inMemory();
  private final JobTelemetry telemetry = JobTelemetry.of(store);
  private final UUID job = UUID.randomUUID();
  private final List<JobRequest> tuned = new ArrayList<>();
  @TempDir private Path folder;
  private RequestPoll poll;

  @BeforeEach
  void create() {
    poll = new RequestPoll(job, telemetry, tuned::add, folder);
    store.create(
        Job.pending(
            job,
            "job",
            "",
            Map.of(),
            JobKind.EXPORT,
            new JobDefinition(Map.of(), Map.of(), List.of())));
  }

  @AfterEach
  void close() {
    poll.close();
    store.close();
  }

  @Test
  void passesOnTuningRequests() {
    poll.poll();
    JobRequest request = telemetry.ask(job, JobRequest.Kind.TUNE, "{\"parameter\":\"inFlight\"}");
    poll.poll();
    poll.poll();
    assertThat(tuned).containsExactly(request);
  }

  @Test
  void endsTheRecordingOfAKilledProcess() {
    telemetry.put(job, JobProfile.requested("left", "{\"seconds\":60}").recording());
    poll.poll();
    JobProfile ended = telemetry.profile(job).orElseThrow();
    assertThat(ended.state()).isEqualTo(JobProfile.State.FAILED);
    assertThat(ended.error()).contains("The process ended during the recording");
  }

  @Test
  void ignoresADeletedJob() {
    telemetry.ask(job, JobRequest.Kind.TUNE, "{}");
    store.delete(job);
    poll.poll();
    poll.poll();
    assertThat(tuned).isEmpty();
  }

  @Test
  void recordsStacks() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Thread busy = new Thread(() -> spin(done), "busy");
    busy.start();
    try {
      JobRequest request = telemetry.ask(job, JobRequest.Kind.PROFILE, "{\"seconds\":3}");
      poll.poll();
      JobProfile profile = await(JobProfile.State.READY);
      assertThat(profile.id()).isEqualTo(request.id());
      assertThat(profile.seconds()).isEqualTo(3);
      JsonNode stacks = new ObjectMapper().readTree(profile.stacks().orElseThrow());
      assertThat(stacks.get("name").asText()).isEqualTo("all");
      assertThat(stacks.get("value").asLong()).isPositive();
      assertThat(stacks.findValuesAsText("name"))
          .contains(RequestPollTest.class.getName() + ".spin");
    } finally {
      done.set(true);
      busy.join();
    }
    assertThat(files(folder)).isEmpty();
  }

  @Test
  void endsTheRecordingWithTheJob() throws Exception {
    JobRequest first = telemetry.ask(job, JobRequest.Kind.PROFILE, "{\"seconds\":60}");
    poll.poll();
    await(JobProfile.State.RECORDING);
    poll.close();
    assertThat(telemetry.profile(job))
        .contains(
            JobProfile.requested(first.id(), first.body())
                .failed("The job ended during the recording"));
    assertThat(files(folder)).isEmpty();
    JobRequest late = telemetry.ask(job, JobRequest.Kind.PROFILE, "{\"seconds\":60}");
    poll.poll();
    assertThat(telemetry.profile(job))
        .contains(JobProfile.requested(late.id(), late.body()).failed("The job had ended"));
  }

  @Test
  void rejectsASecondRecording() throws Exception {
    telemetry.ask(job, JobRequest.Kind.PROFILE, "{\"seconds\":60}");
    poll.poll();
    await(JobProfile.State.RECORDING);
    JobRequest second = telemetry.ask(job, JobRequest.Kind.PROFILE, "{\"seconds\":60}");
    poll.poll();
    assertThat(telemetry.profile(job))
        .contains(
            JobProfile.requested(second.id(), second.body())
                .failed("Another recording was running"));
  }

  /** The clocks of the store and of this process may differ by any amount. */
  @Test
  void takesRequestsOfAnyAge() {
    JobRequest old =
        new JobRequest("1", JobRequest.Kind.TUNE, "{}", Instant.parse("2001-01-01T00:00:00Z"));
    JobTelemetry late =
        (JobTelemetry)
            Proxy.newProxyInstance(
                JobTelemetry.class.getClassLoader(),
                new Class<?>[] {JobTelemetry.class},
                (proxy, method, arguments) ->
                    method.getName().equals("take") ? List.of(old) : Optional.empty());
    try (RequestPoll other = new RequestPoll(job, late, tuned::add, folder)) {
      other.poll();
    }
    assertThat(tuned).containsExactly(old);
  }

  private static double spin(AtomicBoolean done) {
    double sum = 0;
    while (!done.get()) {
      sum += Math.sqrt(sum + 1);
    }
    return sum;
  }

  private JobProfile await(JobProfile.State state) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      JobProfile profile = telemetry.profile(job).orElseThrow();
      if (profile.state() == state) {
        return profile;
      }
      assertThat(System.nanoTime()).as("60 s for %s: %s", state, profile).isLessThan(end);
      Thread.sleep(10);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
