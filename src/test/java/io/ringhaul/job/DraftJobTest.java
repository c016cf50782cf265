package io.ringhaul.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.jobstore.Jobs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes of a stored job: its texts, and the definition of a draft. */
class DraftJobTest {

  private static final JobDefinition DEFINITION =
      new JobDefinition(Map.of("table", "ks.t"), Map.of("parallelism", "2"), List.of("export"));

  @TempDir private Path folder;

  private JobStore store(String kind) {
    return kind.equals("memory") ? JobStore.inMemory() : JobStore.file(folder.resolve("jobs.db"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  void acceptsTheDefinitionOfADraftOnce(String kind) {
    try (JobStore store = store(kind)) {
      UUID id = UUID.randomUUID();
      JobDefinition draft = JobDefinition.draft(List.of("export", "ks.t"));
      store.create(Job.pending(id, "n", "", Map.of(), JobKind.EXPORT, draft));
      assertThat(store.find(id).orElseThrow().definition().isDraft()).isTrue();
      try (JobRun run = JobRuns.of(store).begin(id)) {
        assertThatThrownBy(() -> store.define(id, DEFINITION)).isInstanceOf(JobException.class);
        run.stopped();
      }
      store.define(id, DEFINITION);
      Job defined = store.find(id).orElseThrow();
      assertThat(defined.definition()).isEqualTo(DEFINITION);
      assertThat(defined.status()).isEqualTo(JobStatus.STOPPED);
      assertThat(defined.run()).isEqualTo(1);
      assertThatThrownBy(
              () -> store.define(id, new JobDefinition(Map.of("a", "b"), Map.of(), List.of())))
          .isInstanceOf(JobException.class)
          .hasMessageContaining("has a definition already");
      JobDefinition slower =
          new JobDefinition(DEFINITION.fingerprint(), Map.of("rate", "7"), DEFINITION.command());
      store.define(id, slower);
      assertThat(store.find(id).orElseThrow().definition()).isEqualTo(slower);
      assertThatThrownBy(() -> store.define(UUID.randomUUID(), DEFINITION))
          .isInstanceOf(JobException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  void changesTextsOfARunningJob(String kind) {
    try (JobStore store = store(kind)) {
      Job job = Jobs.export("before");
      store.create(job);
      try (JobRun run = JobRuns.of(store).begin(job.id())) {
        store.describe(job.id(), "after", "why", Map.of("a", "ü"));
        run.plan("{}", Jobs.tiling(2, 1));
        run.stopped();
      }
      Job now = store.find(job.id()).orElseThrow();
      assertThat(now.name()).isEqualTo("after");
      assertThat(now.description()).isEqualTo("why");
      assertThat(now.labels()).isEqualTo(Map.of("a", "ü"));
      assertThat(now.definition()).isEqualTo(job.definition());
      assertThat(now.figures().partitions()).isEqualTo(2);
      assertThatThrownBy(() -> store.describe(UUID.randomUUID(), "n", "", Map.of()))
          .isInstanceOf(JobException.class);
      if (store.isDurable()) {
        assertThatThrownBy(() -> store.describe(job.id(), "a\u0000b", "", Map.of()))
            .isInstanceOf(InvalidSettingException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  void protectsTheLastBatchOfAFollowing(String kind) {
    try (JobStore store = store(kind)) {
      Job first = batch(store, JobKind.IMPORT, "f", 1);
      Job last = batch(store, JobKind.IMPORT, "f", 2);
      Job other = batch(store, JobKind.IMPORT, "g", 1);
      store.describe(last.id(), "n", "d", Map.of("own", "1", "ringhaul.batch", "0"));
      assertThat(store.find(last.id()).orElseThrow().labels())
          .isEqualTo(Map.of("own", "1", "ringhaul.follow", "f", "ringhaul.batch", "2"));
      for (Job each : List.of(last, other)) {
        assertThatThrownBy(() -> store.delete(each.id()))
            .isInstanceOf(JobException.class)
            .hasMessageContaining("is the last batch of the following");
      }
      store.delete(first.id());
      assertThat(store.list()).extracting(Job::id).containsExactlyInAnyOrder(last.id(), other.id());
      batch(store, JobKind.IMPORT, "f", 3);
      store.delete(last.id());
      assertThatThrownBy(() -> store.reset(other.id()))
          .isInstanceOf(JobException.class)
          .hasMessageContaining("follow under a new id");
    }
  }

  /** A followed table continues from what the target has, not from the last batch. */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  void deletesTheLastBatchOfAFollowedTable(String kind) {
    try (JobStore store = store(kind)) {
      Job last = batch(store, JobKind.EXPORT, "f", 1);
      store.reset(last.id());
      assertThat(store.find(last.id()).orElseThrow().plan()).isEmpty();
      store.delete(last.id());
      store.delete(batch(store, JobKind.EXPORT, "f", 2).id());
      assertThat(store.list()).isEmpty();
    }
  }

  /** The next batch reads the rows of a batch without a plan. */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  void deletesABatchWithoutAPlan(String kind) {
    try (JobStore store = store(kind)) {
      Job batch =
          labelled(
              Jobs.export("batch"),
              JobKind.IMPORT,
              Map.of("ringhaul.follow", "f", "ringhaul.batch", "1"));
      store.create(batch);
      store.delete(batch.id());
      assertThat(store.list()).isEmpty();
    }
  }

  private static Job labelled(Job job, JobKind kind, Map<String, String> labels) {
    return Job.pending(job.id(), "batch", "", labels, kind, job.definition());
  }

  private static Job batch(JobStore store, JobKind kind, String following, int number) {
    Job job = Jobs.export("batch");
    Job batch =
        labelled(
            job,
            kind,
            Map.of("ringhaul.follow", following, "ringhaul.batch", Integer.toString(number)));
    store.create(batch);
    try (JobRun run = JobRuns.of(store).begin(batch.id())) {
      run.plan("p", Jobs.tiling(2, 1));
      run.stopped();
    }
    return batch;
  }
}
