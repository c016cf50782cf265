package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobNameTest {

  @Test
  void aNameIsAlwaysTheSameId() {
    UUID id = UUID.nameUUIDFromBytes("nightly-orders".getBytes(StandardCharsets.UTF_8));
    assertThat(OperationJob.id("nightly-orders")).isEqualTo(id);
    assertThat(OperationJob.id(" nightly-orders ")).isEqualTo(id);
    assertThat(OperationJob.id(id.toString())).isEqualTo(id);
    assertThat(OperationJob.id("1-1-1-1-1")).isNotEqualTo(new UUID(0, 0)).isNotNull();
    assertThatThrownBy(() -> OperationJob.id(" "))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("jobId is blank; it takes a name or a UUID");
  }

  @Test
  void theNameOfTheRequestNamesTheJobUnlessItHasAName(@TempDir Path folder) {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      JobOptions options = JobOptions.in(store);
      assertThat(OperationJob.named(options, "nightly").orElseThrow().name()).isEqualTo("nightly");
      assertThat(OperationJob.named(options.named("other"), "nightly").orElseThrow().name())
          .isEqualTo("other");
      assertThat(OperationJob.named(options, new UUID(1, 2).toString()).orElseThrow().name())
          .isEmpty();
      assertThat(OperationJob.named(null, "nightly")).isEmpty();
      assertThatThrownBy(() -> OperationJob.id(options.resuming(), null))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("call jobId(...), always with the same name");
    }
  }
}
