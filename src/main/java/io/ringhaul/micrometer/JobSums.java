package io.ringhaul.micrometer;

import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The last sample, and what all samples come to: counters must not fall. Thread-safe. */
final class JobSums {

  private record Steps(long count, double seconds) {
    static final Steps NONE = new Steps(0, 0);
  }

  private record Requests(long answered, long failed) {
    static final Requests NONE = new Requests(0, 0);
  }

  private final Map<Stage, Steps> stages = new EnumMap<>(Stage.class);
  private final Map<String, Requests> nodes = new HashMap<>();
  private @Nullable Sample last;
  private long rows;
  private long bytes;
  private long requests;
  private long errors;
  private long overloads;
  private long retries;

  synchronized void add(Sample sample) {
    last = sample;
    rows += Math.round(sample.rowsPerSecond() * sample.seconds());
    bytes += Math.round(sample.bytesPerSecond() * sample.seconds());
    requests += sample.requests();
    errors += sample.errors();
    overloads += sample.overloads();
    retries += sample.retries();
    for (StageSample stage : sample.stages()) {
      Steps before = stages.getOrDefault(stage.stage(), Steps.NONE);
      stages.put(
          stage.stage(),
          new Steps(before.count + stage.latency().count(), before.seconds + stage.seconds()));
    }
    for (NodeSample node : sample.nodes()) {
      Requests before = nodes.getOrDefault(node.node(), Requests.NONE);
      nodes.put(
          node.node(),
          new Requests(before.answered + node.latency().count(), before.failed + node.errors()));
    }
  }

  /** A value of the last sample; none before the first. */
  synchronized double ofLast(ToDoubleFunction<Sample> value) {
    return last == null ? Double.NaN : value.applyAsDouble(last);
  }

  synchronized List<String> nodes() {
    return List.copyOf(nodes.keySet());
  }

  synchronized long rows() {
    return rows;
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized long requests() {
    return requests;
  }

  synchronized long errors() {
    return errors;
  }

  synchronized long overloads() {
    return overloads;
  }

  synchronized long retries() {
    return retries;
  }

  synchronized long steps(Stage stage) {
    return stages.getOrDefault(stage, Steps.NONE).count;
  }

  synchronized double seconds(Stage stage) {
    return stages.getOrDefault(stage, Steps.NONE).seconds;
  }

  synchronized long requests(String node) {
    return nodes.getOrDefault(node, Requests.NONE).answered;
  }

  synchronized long errors(String node) {
    return nodes.getOrDefault(node, Requests.NONE).failed;
  }
}
