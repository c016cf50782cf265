package io.ringhaul.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
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

/** Tests the lookup of jobs by the start of their ids. */
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
        .hasMessageStartingWith("'" + id + "' is neither a job id nor at least the first four");
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
      store.create(
          Job.pending(
              id,
              "a job",
              "",
              Map.of(),
              JobKind.EXPORT,
              new JobDefinition(Map.of(), Map.of(), List.of())));
    }
    return store;
  }
}
