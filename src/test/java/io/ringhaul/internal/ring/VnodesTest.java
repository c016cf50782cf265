package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.UnsupportedClusterException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VnodesTest {

  @Test
  void acceptsMurmur3Partitioner() {
    assertThatCode(() -> Vnodes.requireMurmur3("org.apache.cassandra.dht.Murmur3Partitioner"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RandomPartitioner", "ByteOrderedPartitioner", "CDCPartitioner"})
  void refusesOtherPartitionersByName(String partitioner) {
    assertThatThrownBy(() -> Vnodes.requireMurmur3("org.apache.cassandra.dht." + partitioner))
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessage("The cluster uses " + partitioner + "; only Murmur3Partitioner is supported.");
  }
}
