package io.ringhaul.internal.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveReplicasTest {

  @Test
  void eachQuorumNeedsAQuorumOfEachDataCentre() {
    assertThat(isEnough(DefaultConsistencyLevel.EACH_QUORUM, 0, 2)).isFalse();
    assertThat(isEnough(DefaultConsistencyLevel.EACH_QUORUM, 2, 0)).isFalse();
    assertThat(isEnough(DefaultConsistencyLevel.EACH_QUORUM, 1, 1)).isTrue();
  }

  @Test
  void quorumCountsAllDataCentresTogether() {
    assertThat(isEnough(DefaultConsistencyLevel.QUORUM, 0, 2)).isTrue();
    assertThat(isEnough(DefaultConsistencyLevel.QUORUM, 1, 2)).isFalse();
  }

  @Test
  void otherLevelsNeedAsManyReplicasAsTheyName() {
    assertThat(isEnough(DefaultConsistencyLevel.ONE, 3, 2)).isTrue();
    assertThat(isEnough(DefaultConsistencyLevel.ONE, 3, 3)).isFalse();
    assertThat(isEnough(DefaultConsistencyLevel.TWO, 2, 2)).isTrue();
    assertThat(isEnough(DefaultConsistencyLevel.TWO, 2, 3)).isFalse();
    assertThat(isEnough(DefaultConsistencyLevel.THREE, 1, 2)).isTrue();
    assertThat(isEnough(DefaultConsistencyLevel.THREE, 2, 2)).isFalse();
    assertThat(isEnough(DefaultConsistencyLevel.ALL, 0, 0)).isTrue();
    assertThat(isEnough(DefaultConsistencyLevel.ALL, 1, 0)).isFalse();
  }

  /**
   * Whether a range with three replicas in each of two data centres can be read.
   *
   * @param down1 how many of the three replicas in the first data centre are down
   * @param down2 how many of the three replicas in the second data centre are down
   */
  private static boolean isEnough(DefaultConsistencyLevel consistency, int down1, int down2) {
    List<Node> replicas = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      replicas.add(node("dc1", i >= down1));
      replicas.add(node("dc2", i >= down2));
    }
    return LiveReplicas.isEnough(consistency, replicas);
  }

  private static Node node(String datacenter, boolean isUp) {
    return (Node)
        Proxy.newProxyInstance(
            Node.class.getClassLoader(),
            new Class<?>[] {Node.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getDatacenter" -> datacenter;
                  case "getState" -> isUp ? NodeState.UP : NodeState.DOWN;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
