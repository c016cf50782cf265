package io.ringhaul.internal.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SchemaAgreementTest {

  private static final UUID ONE = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  @Test
  void acceptsASingleVersion() {
    assertThat(SchemaAgreement.problems(Map.of())).isEmpty();
    assertThat(SchemaAgreement.problems(Map.of(ONE, Set.of("127.0.0.1:9042")))).isEmpty();
  }

  @Test
  void namesNodesThatDiffer() {
    Map<UUID, Set<String>> versions = new TreeMap<>();
    versions.put(ONE, Set.of("127.0.0.1:9042"));
    versions.put(OTHER, Set.of("127.0.0.2:9042"));
    assertThat(SchemaAgreement.problems(versions))
        .singleElement()
        .extracting(PreflightProblem::sentence)
        .isEqualTo(
            "The nodes do not agree on the schema ([127.0.0.1:9042]; [127.0.0.2:9042] differ), so"
                + " columns may be missing on some of them: unless this is a rolling upgrade, wait"
                + " until nodetool describecluster shows one version");
  }
}
