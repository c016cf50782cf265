package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.TaskSample;
import io.ringhaul.monitor.TestSample;
import io.ringhaul.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bottlenecks in series of constructed samples. BottleneckIT covers samples of real operations. */
class BottleneckDetectorTest {

  private static final int HEALTHY = 20;
  private static final int SOON = 8;

  private final JobsUnderWay jobs = new JobsUnderWay();
  private final List<Bottleneck> found = new ArrayList<>();
  private final List<Bottleneck> ended = new ArrayList<>();
  private int second;

  private final BottleneckListener listener =
      new BottleneckListener() {
        @Override
        public void found(Bottleneck bottleneck) {
          found.add(bottleneck);
        }

        @Override
        public void ended(Bottleneck bottleneck) {
          ended.add(bottleneck);
        }
      };

  private BottleneckDetector detector(OperationKind work) {
    return detector(work, listener);
  }

  private BottleneckDetector detector(OperationKind work, BottleneckListener told) {
    return new BottleneckDetector(
        work, RequestLimits.NONE, jobs.enter("this job", Optional.empty()), List.of(told));
  }

  private void pass(BottleneckDetector detector, int samples, Consumer<TestSample> change) {
    for (int i = 0; i < samples; i++) {
      TestSample sample = new TestSample(++second);
      change.accept(sample);
      detector.sampled(sample.sample());
    }
  }

  /** A cause that a detector finds in the samples of an otherwise healthy job. */
  private record Finding(
      String name,
      OperationKind work,
      BottleneckKind kind,
      String component,
      Consumer<TestSample> cause,
      Map<String, Double> evidence,
      Optional<Bottleneck.Proposal> proposal,
      String recommendation,
      Set<BottleneckKind> found) {

    private Finding(
        String name,
        OperationKind work,
        BottleneckKind kind,
        String component,
        Consumer<TestSample> cause) {
      this(name, work, kind, component, cause, Map.of(), Optional.empty(), "", Set.of());
    }

    /** Returns a case that also expects these figures. */
    private Finding withEvidence(Map<String, Double> figures) {
      return new Finding(
          name, work, kind, component, cause, figures, proposal, recommendation, found);
    }

    /** Returns a case that also expects this proposal. */
    private Finding withProposal(String parameter, long value) {
      return new Finding(
          name,
          work,
          kind,
          component,
          cause,
          evidence,
          Optional.of(new Bottleneck.Proposal(parameter, value)),
          recommendation,
          found);
    }

    /** Returns a case that also expects this word in the recommendation. */
    private Finding withRecommendation(String word) {
      return new Finding(name, work, kind, component, cause, evidence, proposal, word, found);
    }

    /** Returns a case that expects bottlenecks of exactly these kinds, one each. */
    private Finding withOnly(BottleneckKind... kinds) {
      return new Finding(
          name, work, kind, component, cause, evidence, proposal, recommendation, Set.of(kinds));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Finding> findings() {
    return List.of(
        new Finding(
                "client CPU",
                OperationKind.EXPORT,
                BottleneckKind.CLIENT_CPU,
                "process",
                sample -> {
                  sample.cpuShare = 0.97;
                  sample.stages.put(Stage.WAIT_CLUSTER, 0.4);
                  sample.stages.put(Stage.ENCODE, 7.0);
                })
            .withEvidence(Map.of("cpuShare", 0.97))
            .withRecommendation("compression")
            .withOnly(BottleneckKind.CLIENT_CPU),
        new Finding(
                "full heap",
                OperationKind.EXPORT,
                BottleneckKind.CLIENT_MEMORY,
                "heap",
                sample -> sample.heapAfterGc = 0.95)
            .withProposal("pageRows", 2_500)
            .withOnly(BottleneckKind.CLIENT_MEMORY),
        new Finding(
                "garbage collection",
                OperationKind.IMPORT,
                BottleneckKind.CLIENT_MEMORY,
                "heap",
                sample -> sample.gcShare = 0.3)
            .withEvidence(Map.of("gcShare", 0.3)),
        new Finding(
            "slow disk",
            OperationKind.EXPORT,
            BottleneckKind.DISK,
            "disk",
            sample -> {
              sample.stages.put(Stage.WAIT_CLUSTER, 0.5);
              sample.stages.put(Stage.WRITE, 6.0);
            }),
        new Finding(
            "slow target that is no file, by idle processors",
            OperationKind.EXPORT,
            BottleneckKind.DISK,
            "target",
            sample -> {
              sample.diskFree = -1;
              sample.machineCpuShare = 0.2;
              sample.cpuShare = 0.1;
              sample.stages.put(Stage.WAIT_CLUSTER, 0.5);
              sample.stages.put(Stage.ENCODE, 7.0);
            }),
        // After 20 s, 30 % are done and 47 s remain; at this rate the disk is full earlier.
        new Finding(
                "disk that will be full before the end",
                OperationKind.EXPORT,
                BottleneckKind.DISK,
                "disk",
                sample -> sample.diskFree = (100L << 30) - sample.second * (2L << 30))
            .withRecommendation("free space"),
        new Finding(
                "server overload",
                OperationKind.EXPORT,
                BottleneckKind.SERVER_OVERLOAD,
                "cluster",
                sample -> {
                  sample.errors = 9;
                  sample.overloads = 9;
                  sample.inFlightBound = 6;
                })
            .withProposal("inFlight", 6)
            .withOnly(BottleneckKind.SERVER_OVERLOAD),
        new Finding(
            "growing queue of an import",
            OperationKind.IMPORT,
            BottleneckKind.QUEUE_GROWTH,
            "queue",
            sample -> {
              sample.inFlight = 24;
              sample.queued = 2_000 + sample.second * 50L;
              sample.rowsPerSecond = 300;
            }),
        new Finding(
                "late answers of a node",
                OperationKind.EXPORT,
                BottleneckKind.LATENCY_SPIKE,
                "node:127.0.0.2:9042",
                sample -> sample.p50.put("127.0.0.2:9042", 900.0))
            .withEvidence(Map.of("usualP50Millis", 20.0))
            .withOnly(BottleneckKind.LATENCY_SPIKE, BottleneckKind.SKEW),
        new Finding(
                "no answers",
                OperationKind.EXPORT,
                BottleneckKind.LATENCY_SPIKE,
                "cluster",
                sample -> {
                  sample.requests = 0;
                  sample.rowsPerSecond = 0;
                  sample.bytesPerSecond = 0;
                })
            .withOnly(BottleneckKind.LATENCY_SPIKE, BottleneckKind.THROUGHPUT_DROP),
        new Finding(
                "fewer rows a second",
                OperationKind.EXPORT,
                BottleneckKind.THROUGHPUT_DROP,
                "job",
                sample -> {
                  sample.rowsPerSecond = 5_000;
                  sample.bytesPerSecond = 1e6;
                })
            .withEvidence(Map.of("usualRowsPerSecond", 50_000.0)),
        new Finding(
            "fewer rows a second while a worker is between two tasks",
            OperationKind.EXPORT,
            BottleneckKind.THROUGHPUT_DROP,
            "job",
            sample -> {
              sample.tasks.remove(sample.second % TestSample.WORKERS);
              sample.rowsPerSecond = 5_000;
              sample.bytesPerSecond = 1e6;
            }),
        new Finding(
                "failed requests",
                OperationKind.EXPORT,
                BottleneckKind.ERROR_SPIKE,
                "cluster",
                sample -> {
                  sample.errors = 30;
                  sample.requests = 170;
                })
            .withEvidence(Map.of("errors", 30.0, "errorShare", 0.15))
            .withOnly(BottleneckKind.ERROR_SPIKE),
        new Finding(
                "one long task",
                OperationKind.EXPORT,
                BottleneckKind.SKEW,
                "task:107",
                sample -> {
                  sample.tasks.clear();
                  sample.tasks.add(
                      new TaskSample(107, 7, 900_000, sample.second, "", OptionalDouble.empty()));
                  sample.tasksDone = 99;
                })
            .withEvidence(Map.of("idleWorkers", 7.0))
            .withRecommendation("tasks")
            .withOnly(BottleneckKind.SKEW),
        new Finding(
            "node with more requests in flight than others",
            OperationKind.EXPORT,
            BottleneckKind.SKEW,
            "node:127.0.0.3:9042",
            sample -> {
              sample.p50.put("127.0.0.3:9042", 90.0);
              sample.nodeInFlight.put("127.0.0.3:9042", 20);
              sample.nodeInFlight.put("127.0.0.1:9042", 2);
            }),
        new Finding(
                "node far slower than others",
                OperationKind.EXPORT,
                BottleneckKind.SKEW,
                "node:127.0.0.3:9042",
                sample -> sample.p50.put("127.0.0.3:9042", 190.0))
            .withEvidence(Map.of("usualP50Millis", 20.0)),
        new Finding(
            "node so slow that it answers seldom",
            OperationKind.EXPORT,
            BottleneckKind.SKEW,
            "node:127.0.0.3:9042",
            sample -> {
              sample.p50.put("127.0.0.3:9042", 3_200.0);
              sample.nodeAnswers.put("127.0.0.3:9042", 2L);
              sample.nodeInFlight.put("127.0.0.1:9042", 5);
              sample.nodeInFlight.put("127.0.0.2:9042", 9);
              sample.nodeInFlight.put("127.0.0.3:9042", 8);
            }));
  }

  /** The job runs well, then with the cause, and then well again. */
  @ParameterizedTest
  @MethodSource("findings")
  void findsTheBottleneckAndItsEnd(Finding expected) {
    BottleneckDetector detector = detector(expected.work());
    pass(detector, HEALTHY, sample -> {});
    assertThat(found).isEmpty();
    pass(detector, SOON, expected.cause());
    List<Bottleneck> ofKind =
        found.stream().filter(each -> each.kind() == expected.kind()).toList();
    assertThat(ofKind).hasSize(1);
    Bottleneck bottleneck = ofKind.get(0);
    assertThat(detector.bottlenecks()).anyMatch(each -> each.id().equals(bottleneck.id()));
    // Ten quiet samples, and the three over which rates are smoothed.
    pass(detector, 13, sample -> {});
    assertThat(detector.bottlenecks()).isEmpty();
    assertThat(ended)
        .extracting(Bottleneck::id)
        .containsAll(found.stream().map(Bottleneck::id).toList());
    assertThat(ended).noneMatch(Bottleneck::open);
    assertThat(bottleneck.component()).isEqualTo(expected.component());
    assertThat(bottleneck.evidence()).containsAllEntriesOf(expected.evidence());
    assertThat(bottleneck.recommendation()).contains(expected.recommendation());
    if (expected.proposal().isPresent()) {
      assertThat(bottleneck.proposal()).isEqualTo(expected.proposal());
    }
    if (!expected.found().isEmpty()) {
      assertThat(found)
          .extracting(Bottleneck::kind)
          .containsExactlyInAnyOrderElementsOf(expected.found());
    }
  }

  /** A number of samples with the same deviation from a healthy job. */
  private record Phase(int samples, Consumer<TestSample> change) {
    private static final Phase HEALTHY_JOB = new Phase(HEALTHY, sample -> {});
  }

  /** A run in which no detector may find a bottleneck. */
  private record Quiet(String name, OperationKind work, List<Phase> phases) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Quiet> quiet() {
    Consumer<TestSample> slower =
        sample -> {
          sample.rowsPerSecond = 5_000;
          sample.bytesPerSecond = 1e6;
        };
    Consumer<TestSample> still =
        sample -> {
          sample.rowsPerSecond = 0;
          sample.bytesPerSecond = 0;
          sample.requests = 0;
        };
    Consumer<TestSample> paused =
        still.andThen(
            sample -> {
              sample.paused = true;
              sample.inFlightBound = 0;
            });
    Phase fewerInFlight =
        new Phase(
            HEALTHY,
            sample -> {
              sample.tunables.put("inFlight", 2L);
              sample.rowsPerSecond = 9_000;
              sample.bytesPerSecond = 2e6;
            });
    Consumer<TestSample> lastTask =
        sample -> {
          sample.tasks.clear();
          sample.tasks.add(
              new TaskSample(107, 7, 1_000, sample.second - 5, "", OptionalDouble.empty()));
          sample.tasksDone = 99;
        };
    return List.of(
        new Quiet(
            "busy machine",
            OperationKind.EXPORT,
            List.of(
                new Phase(
                    60,
                    sample -> {
                      sample.machineCpuShare = 1;
                      sample.cpuShare = 0.7;
                      sample.stages.put(Stage.WAIT_CLUSTER, 1.0);
                      sample.stages.put(Stage.ENCODE, 6.5);
                    }))),
        new Quiet(
            "full queue of an import that its limits slow down",
            OperationKind.IMPORT,
            List.of(
                new Phase(
                    60,
                    sample -> {
                      sample.inFlight = 1;
                      sample.queued = 2_000;
                      sample.rowsPerSecond = 100;
                    }))),
        new Quiet(
            "larger rows",
            OperationKind.EXPORT,
            List.of(Phase.HEALTHY_JOB, new Phase(HEALTHY, sample -> sample.rowsPerSecond = 5_000))),
        new Quiet(
            "late answers at the end",
            OperationKind.EXPORT,
            List.of(
                Phase.HEALTHY_JOB,
                new Phase(
                    10,
                    sample -> {
                      sample.tasks.subList(1, TestSample.WORKERS).clear();
                      sample.tasksDone = 99;
                      sample.tasks.set(
                          0, new TaskSample(100, 0, 1_000, 3, "", OptionalDouble.empty()));
                      sample.p50.replaceAll((node, millis) -> 900.0);
                    }))),
        new Quiet(
            "end of the tasks",
            OperationKind.EXPORT,
            List.of(
                Phase.HEALTHY_JOB,
                new Phase(
                    3,
                    slower.andThen(sample -> sample.tasks.subList(2, TestSample.WORKERS).clear())),
                new Phase(
                    20,
                    still.andThen(
                        sample -> {
                          sample.tasks.clear();
                          sample.inFlight = 0;
                        })))),
        new Quiet(
            "pause",
            OperationKind.EXPORT,
            List.of(Phase.HEALTHY_JOB, new Phase(20, paused), Phase.HEALTHY_JOB)),
        new Quiet(
            "parameter change", OperationKind.EXPORT, List.of(Phase.HEALTHY_JOB, fewerInFlight)),
        new Quiet(
            "parameter change during a pause",
            OperationKind.EXPORT,
            List.of(Phase.HEALTHY_JOB, new Phase(5, paused), fewerInFlight)),
        new Quiet(
            "last task of a resumed run, after large tasks of the earlier run",
            OperationKind.EXPORT,
            List.of(
                new Phase(
                    HEALTHY,
                    sample -> {
                      sample.earlierRows = 1;
                      sample.tasksDone = 99;
                      sample.tasks.subList(1, TestSample.WORKERS).clear();
                      sample.tasks.set(
                          0,
                          new TaskSample(100, 0, 1_000, sample.second, "", OptionalDouble.empty()));
                      sample.tunables.put("workers", 8L);
                    }))),
        new Quiet(
            "task that is long because of a pause",
            OperationKind.EXPORT,
            List.of(
                new Phase(5, sample -> {}),
                new Phase(
                    30,
                    lastTask.andThen(
                        sample -> {
                          sample.paused = true;
                          sample.inFlightBound = 0;
                        })),
                new Phase(3, lastTask))),
        // The latency of a node without requests is unknown, not low.
        new Quiet(
            "only one node with requests",
            OperationKind.EXPORT,
            List.of(
                new Phase(
                    HEALTHY + SOON,
                    sample -> {
                      sample.p50.replaceAll(
                          (node, millis) -> node.startsWith("127.0.0.3") ? 110.0 : 0.0);
                      sample.nodeInFlight.put("127.0.0.3:9042", 3);
                    }))),
        new Quiet(
            "slightly slower node",
            OperationKind.EXPORT,
            List.of(new Phase(HEALTHY + SOON, sample -> sample.p50.put("127.0.0.3:9042", 150.0)))));
  }

  @ParameterizedTest
  @MethodSource("quiet")
  void findsNothingInNormalRuns(Quiet run) {
    BottleneckDetector detector = detector(run.work());
    run.phases().forEach(phase -> pass(detector, phase.samples(), phase.change()));
    assertThat(found).isEmpty();
  }

  @Test
  void findsADropAfterTheNumberOfWorkersDecreased() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> sample.tunables.put("workers", 8L));
    Consumer<TestSample> reduced =
        sample -> {
          sample.tunables.put("workers", 2L);
          sample.tunables.put("inFlight", 2L);
          sample.rowsPerSecond = 9_000;
          sample.bytesPerSecond = 2e6;
        };
    // Surplus workers continue until their tasks end.
    pass(detector, 3, reduced);
    Consumer<TestSample> fewer =
        reduced.andThen(sample -> sample.tasks.subList(2, TestSample.WORKERS).clear());
    pass(detector, HEALTHY, fewer);
    assertThat(found).isEmpty();
    pass(
        detector,
        SOON,
        fewer.andThen(
            sample -> {
              sample.rowsPerSecond = 900;
              sample.bytesPerSecond = 2e5;
            }));
    assertThat(found).extracting(Bottleneck::kind).containsExactly(BottleneckKind.THROUGHPUT_DROP);
  }

  @Test
  void findsADropInACountWithALowLimitPerNode() {
    BottleneckDetector detector =
        new BottleneckDetector(
            OperationKind.COUNT,
            RequestLimits.NONE.withMaxInFlightPerNode(2),
            jobs.enter("this job", Optional.empty()),
            List.of(listener));
    Consumer<TestSample> count =
        sample -> {
          sample.tasks.clear();
          sample.inFlight = 6;
        };
    pass(detector, HEALTHY, count);
    pass(
        detector,
        SOON,
        count.andThen(
            sample -> {
              sample.rowsPerSecond = 5_000;
              sample.bytesPerSecond = 1e6;
            }));
    assertThat(found).extracting(Bottleneck::kind).containsExactly(BottleneckKind.THROUGHPUT_DROP);
  }

  @Test
  void findsContentionOfTwoJobsAtOneNode() {
    try (JobsUnderWay.Registration other = jobs.enter("export other", Optional.empty())) {
      BottleneckDetector detector = detector(OperationKind.EXPORT);
      pass(detector, HEALTHY, sample -> {});
      assertThat(found).isEmpty();
      other.asks(Set.of("127.0.0.2:9042"));
      pass(detector, SOON, sample -> {});
      assertThat(found).isEmpty();
      pass(detector, SOON, sample -> sample.p50.replaceAll((node, millis) -> 50.0));
      assertThat(found).extracting(Bottleneck::kind).containsExactly(BottleneckKind.CONTENTION);
      assertThat(found.get(0).component()).isEqualTo("node:127.0.0.2:9042");
      assertThat(found.get(0).reason()).contains("export other");
      assertThat(found.get(0).evidence())
          .containsEntry("p50MillisAlone", 20.0)
          .containsEntry("rowsPerSecondAlone", 50_000.0);
    }
    pass(detector(OperationKind.EXPORT), 2, sample -> {});
    assertThat(found).hasSize(1);
  }

  /** A job at a low rate has answers in every third second only. */
  @Test
  void claimsNoContentionForSecondsWithoutAnswers() {
    try (JobsUnderWay.Registration other = jobs.enter("export other", Optional.empty())) {
      BottleneckDetector detector = detector(OperationKind.EXPORT);
      int[] second = {0};
      Consumer<TestSample> slow =
          sample -> {
            if (++second[0] % 3 > 0) {
              sample.p50.replaceAll((node, millis) -> 0.0);
              sample.requests = 0;
            }
          };
      pass(detector, HEALTHY, slow);
      other.asks(Set.of("127.0.0.2:9042"));
      pass(detector, SOON, sample -> {});
    }
    assertThat(found).isEmpty();
  }

  /** A symptom that returns within ten seconds continues the same bottleneck. */
  @Test
  void mergesSymptomsThatComeAndGo() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> {});
    for (int i = 0; i < 10; i++) {
      pass(detector, 3, sample -> sample.gcShare = 0.4);
      pass(detector, 9, sample -> {});
    }
    assertThat(found).hasSize(1);
    assertThat(ended).isEmpty();
    pass(detector, 1, sample -> {});
    assertThat(ended).hasSize(1);
    pass(detector, 3, sample -> sample.gcShare = 0.4);
    assertThat(found).hasSize(2);
    assertThat(found.get(0).id()).isNotEqualTo(found.get(1).id());
  }

  /**
   * Ten minutes of a normal job: constant noise, and now and then a disturbance of one or two
   * seconds.
   */
  @Test
  void findsNothingInNoisyRuns() {
    long seed = Seeds.next();
    for (int run = 0; run < 10; run++) {
      Random random = new Random(seed + run);
      int[] disturbance = {0};
      BottleneckDetector detector =
          detector(run % 2 == 0 ? OperationKind.EXPORT : OperationKind.IMPORT);
      pass(
          detector,
          600,
          sample -> {
            double noise = Math.exp(random.nextGaussian() * 0.25);
            sample.rowsPerSecond *= noise;
            sample.bytesPerSecond *= noise;
            sample.p50.replaceAll((node, millis) -> millis * Math.exp(random.nextGaussian() * 0.4));
            sample.cpuShare = 0.4 + 0.4 * random.nextDouble();
            sample.stages.put(Stage.WAIT_CLUSTER, 8 * random.nextDouble());
            if (random.nextInt(20) == 0) {
              sample.errors = 1;
            }
            if (disturbance[0] == 0 && random.nextInt(30) == 0) {
              disturbance[0] = 6;
            }
            // One or two disturbed seconds, then at least four normal ones.
            if (disturbance[0]-- > 4) {
              sample.rowsPerSecond *= 0.1;
              sample.bytesPerSecond *= 0.1;
              sample.p50.replaceAll((node, millis) -> millis * 30);
              sample.gcShare = 0.5;
            }
            disturbance[0] = Math.max(0, disturbance[0]);
          });
      detector.close();
      assertThat(found).as("run %d of seed %d", run, seed).isEmpty();
    }
  }

  /** A job that never ran alone has no baseline, even if it waits most of the time. */
  @Test
  void claimsNoContentionWithoutABaseline() {
    try (JobsUnderWay.Registration other = jobs.enter("export other", Optional.empty())) {
      other.asks(Set.of("127.0.0.2:9042"));
      try (BottleneckDetector detector = detector(OperationKind.EXPORT)) {
        pass(
            detector,
            30,
            sample -> {
              sample.inFlight = sample.inFlightBound;
              sample.stages.put(Stage.WAIT_CLUSTER, 100.0);
              sample.p50.replaceAll((node, millis) -> 500.0);
            });
      }
    }
    assertThat(found).isEmpty();
  }

  /** A failed listener does not affect the job. */
  @Test
  void toleratesFailedListeners() {
    BottleneckDetector detector =
        detector(
            OperationKind.EXPORT,
            bottleneck -> {
              throw new IllegalStateException("of the listener");
            });
    pass(detector, SOON, sample -> sample.gcShare = 0.5);
    assertThat(detector.current()).map(Bottleneck::kind).contains(BottleneckKind.CLIENT_MEMORY);
    detector.close();
    assertThat(detector.current()).isEqualTo(Optional.empty());
  }

  /** Progress reports ask for the bottlenecks on a thread of their own. */
  @Test
  @Timeout(30)
  void answersWhileAListenerBlocks() {
    List<BottleneckDetector> asked = new ArrayList<>();
    BottleneckDetector detector =
        detector(
            OperationKind.EXPORT,
            bottleneck ->
                found.addAll(CompletableFuture.supplyAsync(asked.get(0)::bottlenecks).join()));
    asked.add(detector);
    pass(detector, SOON, sample -> sample.gcShare = 0.5);
    assertThat(found).extracting(Bottleneck::kind).contains(BottleneckKind.CLIENT_MEMORY);
    detector.close();
  }
}
