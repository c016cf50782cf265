package io.ringhaul.cli.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SandboxTokensTest {

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 16", "3, 1", "3, 16", "3, 256", "32, 1536"})
  void tokensAreDistinctRowTokens(int nodes, int vnodes) {
    List<List<Long>> tokens = CassandraYaml.SandboxTokens.allot(nodes, vnodes);
    assertThat(tokens).hasSize(nodes).allSatisfy(own -> assertThat(own).hasSize(vnodes));
    assertThat(tokens.stream().flatMap(List::stream).toList())
        .doesNotHaveDuplicates()
        .doesNotContain(Long.MIN_VALUE);
    assertThat(CassandraYaml.SandboxTokens.allot(nodes, vnodes)).isEqualTo(tokens);
  }

  @ParameterizedTest
  @CsvSource({"3, 16, 0.60, 1.40", "3, 256, 0.90, 1.10"})
  void nodesOwnSimilarShares(int nodes, int vnodes, double least, double most) {
    double fair = Math.scalb(1.0, 64) / nodes;
    assertThat(shares(CassandraYaml.SandboxTokens.allot(nodes, vnodes)))
        .allSatisfy(share -> assertThat(share / fair).isBetween(least, most));
  }

  @Test
  void joiningNodeHasOwnTokens() {
    List<Long> tokens = CassandraYaml.SandboxTokens.added(4, 256);
    assertThat(tokens).hasSize(256).doesNotHaveDuplicates().doesNotContain(Long.MIN_VALUE);
    assertThat(CassandraYaml.SandboxTokens.allot(3, 256))
        .allSatisfy(others -> assertThat(others).doesNotContainAnyElementsOf(tokens));
    assertThat(CassandraYaml.SandboxTokens.added(5, 256)).doesNotContainAnyElementsOf(tokens);
  }

  /** The share of each node: the tokens from the previous token (exclusive) to its own. */
  private static List<Double> shares(List<List<Long>> tokens) {
    TreeMap<Long, Integer> owners = new TreeMap<>();
    for (int node = 0; node < tokens.size(); node++) {
      for (long token : tokens.get(node)) {
        owners.put(token, node);
      }
    }
    BigInteger[] shares = new BigInteger[tokens.size()];
    Arrays.fill(shares, BigInteger.ZERO);
    BigInteger before = BigInteger.valueOf(owners.lastKey()).subtract(BigInteger.ONE.shiftLeft(64));
    for (Map.Entry<Long, Integer> entry : owners.entrySet()) {
      BigInteger token = BigInteger.valueOf(entry.getKey());
      shares[entry.getValue()] = shares[entry.getValue()].add(token.subtract(before));
      before = token;
    }
    List<Double> owned = new ArrayList<>();
    for (BigInteger share : shares) {
      owned.add(share.doubleValue());
    }
    return owned;
  }
}
