package io.ringhaul.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A sample of a healthy export with eight workers and three nodes. A test changes single figures.
 */
public final class TestSample {

  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  public static final int WORKERS = 8;

  public final int second;
  public int tasksDone = 20;
  public long earlierRows;
  double completed = 0.3;
  public double rowsPerSecond = 50_000;
  public double bytesPerSecond = 10e6;
  public long requests = 200;
  public long errors;
  public long overloads;
  public int inFlight = 12;
  public int inFlightBound = 24;
  public long queued = 4;
  public boolean paused;
  public double cpuShare = 0.5;
  public double machineCpuShare = 0.9;
  public double heapAfterGc = 0.3;
  public double gcShare = 0.02;
  public long diskFree = 100L << 30;
  double diskRate = 5e6;
  public final Map<Stage, Double> stages = new EnumMap<>(Stage.class);
  public final List<TaskSample> tasks = new ArrayList<>();
  public final Map<String, Double> p50 = new LinkedHashMap<>();
  public final Map<String, Integer> nodeInFlight = new LinkedHashMap<>();

  /** The answers of a node, if they are not its share of all requests. */
  public final Map<String, Long> nodeAnswers = new LinkedHashMap<>();

  public final Map<String, Long> tunables = new LinkedHashMap<>();

  public TestSample(int second) {
    this.second = second;
    stages.put(Stage.WAIT_CLUSTER, 5.0);
    stages.put(Stage.ENCODE, 2.5);
    stages.put(Stage.WRITE, 0.5);
    for (int worker = 0; worker < WORKERS; worker++) {
      tasks.add(new TaskSample(100 + worker, worker, 1_000, 2, "", OptionalDouble.empty()));
    }
    for (int node = 1; node <= 3; node++) {
      p50.put("127.0.0." + node + ":9042", 20.0);
    }
    tunables.put("inFlight", 24L);
    tunables.put("pageRows", 5_000L);
  }

  public Sample sample() {
    List<NodeSample> nodes = new ArrayList<>();
    p50.forEach(
        (node, millis) ->
            nodes.add(
                new NodeSample(
                    node,
                    requests == 0 || millis == 0
                        ? Latency.NONE
                        : new Latency(
                            nodeAnswers.getOrDefault(node, requests / p50.size()),
                            millis,
                            millis,
                            millis * 3,
                            millis * 4),
                    errors / p50.size(),
                    overloads / p50.size(),
                    nodeInFlight.getOrDefault(node, 0))));
    double all = p50.values().stream().mapToDouble(Double::doubleValue).average().orElse(0);
    return new Sample(
        START.plusSeconds(second),
        1,
        new Progress(
            tasksDone,
            100,
            (long) (second * rowsPerSecond) + 1,
            earlierRows,
            0,
            Duration.ofSeconds(second),
            completed,
            rowsPerSecond,
            Optional.of(completed)
                .filter(share -> share > 0)
                .map(share -> Duration.ofMillis(Math.round(second * 1e3 * (1 - share) / share))),
            0,
            0,
            Duration.ZERO,
            Optional.empty(),
            Health.WELL,
            Optional.empty()),
        rowsPerSecond,
        bytesPerSecond,
        requests,
        errors,
        errors,
        overloads,
        inFlight,
        inFlightBound,
        queued,
        paused,
        tasks.size(),
        0.4,
        5_000,
        256_000,
        0,
        0,
        requests == 0 ? Latency.NONE : new Latency(requests, all, all, all * 3, all * 4),
        nodes,
        stages.entrySet().stream()
            .map(each -> new StageSample(each.getKey(), each.getValue(), Latency.NONE))
            .toList(),
        tasks,
        new ProcessSample(
            cpuShare,
            machineCpuShare,
            second,
            20,
            (long) (Math.max(0.5, heapAfterGc) * (1L << 30)),
            (long) (heapAfterGc * (1L << 30)),
            1L << 30,
            gcShare,
            20,
            diskFree,
            diskRate,
            0),
        tunables);
  }
}
