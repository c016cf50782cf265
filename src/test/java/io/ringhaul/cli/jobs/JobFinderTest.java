package io.ringhaul.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the lookup of jobs by name and by the start of their ids. */
class JobFinderTest {

  private static final UUID ONE = UUID.fromString("aaaaaaaa-1111-4000-8000-000000000001");
  private static final UUID TWO = UUID.fromString("aaaaaaaa-1222-4000-8000-000000000002");
  private static final UUID OTHER = UUID.fromString("bbbbbbbb-1111-4000-8000-000000000003");

  private final JobStore store = storeOf(ONE, TWO, OTHER);

  @Test
  void findsJobByUniquePrefix() {
    assertThat(JobFinder.find(store, "bbbb").id()).isEqualTo(OTHER);
    assertThat(JobFinder.find(store, "BBBBbbbb-1").id()).isEqualTo(OTHER);
    assertThat(JobFinder.find(store, "aaaaaaaa-11").id()).isEqualTo(ONE);
    assertThat(JobFinder.find(store, TWO.toString()).id()).isEqualTo(TWO);
  }

  @Test
  void findsNewestJobOfName() {
    store.create(pending(UUID.fromString("cccccccc-1111-4000-8000-000000000005"), "bbbb"));
    assertThat(JobFinder.find(store, "bbbb").id().toString()).startsWith("cccc");
    assertThat(JobFinder.find(store, "a job").id()).isEqualTo(store.list().get(1).id());
  }

  @Test
  void findsNewestJobOfNameUnlessItIsCompleted() {
    assertThat(JobFinder.unfinished(store, "nightly")).isEmpty();
    UUID first = UUID.randomUUID();
    store.create(pending(first, "nightly"));
    assertThat(JobFinder.unfinished(store, "nightly").map(Job::id)).contains(first);
    try (JobRun run = JobRuns.of(store).begin(first)) {
      run.completed();
    }
    assertThat(JobFinder.unfinished(store, "nightly")).isEmpty();
    UUID second = UUID.randomUUID();
    store.create(pending(second, "nightly"));
    assertThat(JobFinder.unfinished(store, "nightly").map(Job::id)).contains(second);
  }

  @Test
  void listsSeveralMatches() {
    assertThatThrownBy(() -> JobFinder.find(store, "aaaaaaaa-1"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("The ids of 2 jobs start with aaaaaaaa-1; give more characters: ")
        .hasMessageContaining(ONE.toString())
        .hasMessageContaining(TWO.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cccc", "bbbbbbbb-1111-4000-8000-000000000004", "--------------------"})
  void namesUnknownJob(String id) {
    assertThatThrownBy(() -> JobFinder.find(store, id))
        .hasMessage("This store has no job " + id + ": see 'ringhaul jobs list'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bbb", "export", "bbbb*", "bbbbbbbb-1111-4000-8000-0000000000031"})
  void rejectsInvalidIds(String id) {
    assertThatThrownBy(() -> JobFinder.find(store, id))
        .hasMessageStartingWith(
            "This store has no job named '" + id + "', and it is not an id or at least the first");
  }

  @Test
  void shortensIdsWhileUnique() {
    assertThat(JobFinder.shortest(storeOf(ONE, OTHER).list())).isEqualTo(8);
    assertThat(JobFinder.shortest(store.list())).isEqualTo(11);
    assertThat(JobFinder.shortest(List.of())).isEqualTo(8);
  }

  private static JobStore storeOf(UUID... ids) {
    JobStore store = JobStore.inMemory();
    for (UUID id : ids) {
      store.create(pending(id, "a job"));
    }
    return store;
  }

  private static Job pending(UUID id, String name) {
    return Job.pending(
        id, name, "", Map.of(), JobKind.EXPORT, new JobDefinition(Map.of(), Map.of(), List.of()));
  }
}
