package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.TaskSample;
import io.ringhaul.monitor.TestSample;
import io.ringhaul.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the detector makes of series of samples; that they come about so is BottleneckIT's. */
class BottleneckDetectorTest {

  private static final int HEALTHY = 20;
  private static final int SOON = 8;

  private final JobsUnderWay jobs = new JobsUnderWay();
  private final List<Bottleneck> found = new ArrayList<>();
  private final List<Bottleneck> ended = new ArrayList<>();
  private final List<LimitingFactor> limits = new ArrayList<>();
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

        @Override
        public void limitedBy(LimitingFactor factor) {
          limits.add(factor);
        }
      };

  private BottleneckDetector detector(OperationKind work) {
    return new BottleneckDetector(
        work, RequestLimits.NONE, jobs.enter("this job", Optional.empty()), List.of(listener));
  }

  private void pass(BottleneckDetector detector, int samples, Consumer<TestSample> change) {
    for (int i = 0; i < samples; i++) {
      TestSample sample = new TestSample(++second);
      change.accept(sample);
      detector.sampled(sample.sample());
    }
  }

  /** Lets a job run well for a while, then badly, and then well again. */
  private Bottleneck bottleneck(
      OperationKind work, BottleneckKind kind, Consumer<TestSample> cause) {
    BottleneckDetector detector = detector(work);
    pass(detector, HEALTHY, sample -> {});
    assertThat(found).isEmpty();
    pass(detector, SOON, cause);
    List<Bottleneck> ofKind = found.stream().filter(each -> each.kind() == kind).toList();
    assertThat(ofKind).hasSize(1);
    assertThat(detector.bottlenecks()).anyMatch(each -> each.id().equals(ofKind.get(0).id()));
    // Ten of them, and three over which rates are taken.
    pass(detector, 13, sample -> {});
    assertThat(detector.bottlenecks()).isEmpty();
    assertThat(ended)
        .extracting(Bottleneck::id)
        .containsAll(found.stream().map(Bottleneck::id).toList());
    assertThat(ended).noneMatch(Bottleneck::open);
    return ofKind.get(0);
  }

  @Test
  void theProcessIsAtItsLimit() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.CLIENT_CPU,
            sample -> {
              sample.cpuShare = 0.97;
              sample.stages.put(Stage.WAIT, 0.4);
              sample.stages.put(Stage.ENCODE, 7.0);
            });
    assertThat(bottleneck.component()).isEqualTo("process");
    assertThat(bottleneck.evidence()).containsEntry("cpuShare", 0.97);
    assertThat(bottleneck.recommendation()).contains("compression");
    assertThat(found).hasSize(1);
  }

  @Test
  void aBusyMachineIsNoLimitOfTheProcess() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(
        detector,
        60,
        sample -> {
          sample.machineCpuShare = 1;
          sample.cpuShare = 0.7;
          sample.stages.put(Stage.WAIT, 1.0);
          sample.stages.put(Stage.ENCODE, 6.5);
        });
    assertThat(found).isEmpty();
  }

  @Test
  void theHeapIsFull() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.CLIENT_MEMORY,
            sample -> sample.heapAfterGc = 0.95);
    assertThat(bottleneck.component()).isEqualTo("heap");
    assertThat(bottleneck.proposal()).contains(new Bottleneck.Proposal("pageRows", 2_500));
    assertThat(found).hasSize(1);
  }

  @Test
  void theCollectorTakesTheTime() {
    assertThat(
            bottleneck(
                    OperationKind.IMPORT,
                    BottleneckKind.CLIENT_MEMORY,
                    sample -> sample.gcShare = 0.3)
                .evidence())
        .containsEntry("gcShare", 0.3);
  }

  @Test
  void theDiskIsSlow() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.DISK,
            sample -> {
              sample.stages.put(Stage.WAIT, 0.5);
              sample.stages.put(Stage.WRITE, 6.0);
            });
    assertThat(bottleneck.component()).isEqualTo("disk");
  }

  @Test
  void aSlowTargetThatIsNoFileIsKnownByIdleProcessors() {
    bottleneck(
        OperationKind.EXPORT,
        BottleneckKind.DISK,
        sample -> {
          sample.machineCpuShare = 0.2;
          sample.cpuShare = 0.1;
          sample.stages.put(Stage.WAIT, 0.5);
          sample.stages.put(Stage.ENCODE, 7.0);
        });
  }

  @Test
  void theDiskWillBeFullBeforeTheEnd() {
    // 20 s in, 30 % are done, so that 47 s are left; at this rate the disk is full before.
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.DISK,
            sample -> sample.diskFree = (100L << 30) - second * (2L << 30));
    assertThat(bottleneck.recommendation()).contains("room");
  }

  @Test
  void theServerIsOverloaded() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.SERVER_OVERLOAD,
            sample -> {
              sample.errors = 9;
              sample.overloads = 9;
              sample.inFlightBound = 6;
            });
    assertThat(bottleneck.component()).isEqualTo("cluster");
    assertThat(bottleneck.proposal()).contains(new Bottleneck.Proposal("inFlight", 6));
    assertThat(found).hasSize(1);
  }

  @Test
  void theQueueOfAnImportGrows() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.IMPORT,
            BottleneckKind.QUEUE_GROWTH,
            sample -> {
              sample.inFlight = 24;
              sample.queued = 2_000 + second * 50L;
              sample.rowsPerSecond = 300;
            });
    assertThat(bottleneck.component()).isEqualTo("queue");
  }

  @Test
  void theQueueOfASlowedImportIsItsOwnWish() {
    BottleneckDetector detector = detector(OperationKind.IMPORT);
    pass(
        detector,
        60,
        sample -> {
          sample.inFlight = 1;
          sample.queued = 2_000;
          sample.rowsPerSecond = 100;
        });
    assertThat(found).isEmpty();
  }

  @Test
  void aNodeIsLate() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.LATENCY_SPIKE,
            sample -> sample.p50.put("127.0.0.2:9042", 900.0));
    assertThat(bottleneck.component()).isEqualTo("node:127.0.0.2:9042");
    assertThat(bottleneck.evidence()).containsEntry("usualP50Millis", 20.0);
    assertThat(found)
        .extracting(Bottleneck::kind)
        .containsExactlyInAnyOrder(BottleneckKind.LATENCY_SPIKE, BottleneckKind.SKEW);
  }

  @Test
  void nobodyAnswers() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.LATENCY_SPIKE,
            sample -> {
              sample.requests = 0;
              sample.rowsPerSecond = 0;
              sample.bytesPerSecond = 0;
            });
    assertThat(bottleneck.component()).isEqualTo("cluster");
    assertThat(found)
        .extracting(Bottleneck::kind)
        .containsExactlyInAnyOrder(BottleneckKind.LATENCY_SPIKE, BottleneckKind.THROUGHPUT_DROP);
  }

  @Test
  void rowsPassMoreSlowly() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.THROUGHPUT_DROP,
            sample -> {
              sample.rowsPerSecond = 5_000;
              sample.bytesPerSecond = 1e6;
            });
    assertThat(bottleneck.component()).isEqualTo("job");
    assertThat(bottleneck.evidence()).containsEntry("usualRowsPerSecond", 50_000.0);
  }

  @Test
  void largerRowsAreNoDrop() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> {});
    pass(detector, HEALTHY, sample -> sample.rowsPerSecond = 5_000);
    assertThat(found).isEmpty();
  }

  @Test
  void aDropIsFoundWhileSomeWorkersAreBetweenTwoTasks() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.THROUGHPUT_DROP,
            sample -> {
              sample.tasks.remove(second % TestSample.WORKERS);
              sample.rowsPerSecond = 5_000;
              sample.bytesPerSecond = 1e6;
            });
    assertThat(bottleneck.component()).isEqualTo("job");
  }

  @Test
  void lateAnswersAtTheEndAreNoSpike() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> {});
    pass(
        detector,
        10,
        sample -> {
          sample.tasks.subList(1, TestSample.WORKERS).clear();
          sample.tasksDone = 99;
          sample.tasks.set(0, new TaskSample(100, 0, 1_000, 3, ""));
          sample.p50.replaceAll((node, millis) -> 900.0);
        });
    assertThat(found).isEmpty();
  }

  @Test
  void theEndOfTheTasksIsNoDrop() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> {});
    pass(
        detector,
        3,
        sample -> {
          sample.tasks.subList(2, TestSample.WORKERS).clear();
          sample.rowsPerSecond = 5_000;
          sample.bytesPerSecond = 1e6;
        });
    pass(
        detector,
        20,
        sample -> {
          sample.tasks.clear();
          sample.rowsPerSecond = 0;
          sample.bytesPerSecond = 0;
          sample.requests = 0;
          sample.inFlight = 0;
        });
    assertThat(found).isEmpty();
  }

  @Test
  void aPauseIsNoDrop() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> {});
    pass(
        detector,
        20,
        sample -> {
          sample.paused = true;
          sample.rowsPerSecond = 0;
          sample.bytesPerSecond = 0;
          sample.requests = 0;
          sample.inFlightBound = 0;
        });
    pass(detector, HEALTHY, sample -> {});
    assertThat(found).isEmpty();
  }

  @Test
  void anotherParameterMakesAnotherUsual() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> {});
    pass(
        detector,
        HEALTHY,
        sample -> {
          sample.tunables.put("inFlight", 2L);
          sample.rowsPerSecond = 9_000;
          sample.bytesPerSecond = 2e6;
        });
    assertThat(found).isEmpty();
  }

  @Test
  void aDropIsFoundWithFewerWorkersThanAtFirst() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> sample.tunables.put("workers", 8L));
    Consumer<TestSample> reduced =
        sample -> {
          sample.tunables.put("workers", 2L);
          sample.tunables.put("inFlight", 2L);
          sample.rowsPerSecond = 9_000;
          sample.bytesPerSecond = 2e6;
        };
    // Those that are too many have tasks for a while.
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
  void aParameterThatChangesDuringAPauseMakesAnotherUsual() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY, sample -> {});
    pass(
        detector,
        5,
        sample -> {
          sample.paused = true;
          sample.inFlightBound = 0;
          sample.rowsPerSecond = 0;
          sample.bytesPerSecond = 0;
          sample.requests = 0;
        });
    pass(
        detector,
        HEALTHY,
        sample -> {
          sample.tunables.put("inFlight", 2L);
          sample.rowsPerSecond = 9_000;
          sample.bytesPerSecond = 2e6;
        });
    assertThat(found).isEmpty();
  }

  @Test
  void aDropIsFoundInACountThatAsksEachNodeForLittle() {
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

  /** The last task of a run that goes on where another has ended, and whose tasks were large. */
  @Test
  void tasksOfAnEarlierRunDoNotTellWhatIsUsual() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(
        detector,
        HEALTHY,
        sample -> {
          sample.earlierRows = 1;
          sample.tasksDone = 99;
          sample.tasks.subList(1, TestSample.WORKERS).clear();
          sample.tasks.set(0, new TaskSample(100, 0, 1_000, second, ""));
          sample.tunables.put("workers", 8L);
        });
    assertThat(found).isEmpty();
  }

  @Test
  void aPauseMakesNoTaskLong() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, 5, sample -> {});
    Consumer<TestSample> last =
        sample -> {
          sample.tasks.clear();
          sample.tasks.add(new TaskSample(107, 7, 1_000, second - 5, ""));
          sample.tasksDone = 99;
        };
    pass(
        detector,
        30,
        last.andThen(
            sample -> {
              sample.paused = true;
              sample.inFlightBound = 0;
            }));
    pass(detector, 3, last);
    assertThat(found).isEmpty();
  }

  @Test
  void requestsFail() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.ERROR_SPIKE,
            sample -> {
              sample.errors = 30;
              sample.requests = 170;
            });
    assertThat(bottleneck.component()).isEqualTo("cluster");
    assertThat(bottleneck.evidence())
        .containsEntry("errors", 30.0)
        .containsEntry("errorShare", 0.15);
    assertThat(found).hasSize(1);
  }

  @Test
  void aTaskHoldsTheJob() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.SKEW,
            sample -> {
              sample.tasks.clear();
              sample.tasks.add(new TaskSample(107, 7, 900_000, second, ""));
              sample.tasksDone = 99;
            });
    assertThat(bottleneck.component()).isEqualTo("task:107");
    assertThat(bottleneck.evidence()).containsEntry("idleWorkers", 7.0);
    assertThat(bottleneck.recommendation()).contains("tasks");
    assertThat(found).hasSize(1);
  }

  @Test
  void aNodeHasMoreThanOthers() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.SKEW,
            sample -> {
              sample.p50.put("127.0.0.3:9042", 90.0);
              sample.nodeInFlight.put("127.0.0.3:9042", 20);
              sample.nodeInFlight.put("127.0.0.1:9042", 2);
            });
    assertThat(bottleneck.component()).isEqualTo("node:127.0.0.3:9042");
  }

  @Test
  void aNodeIsFarSlowerThanOthers() {
    Bottleneck bottleneck =
        bottleneck(
            OperationKind.EXPORT,
            BottleneckKind.SKEW,
            sample -> sample.p50.put("127.0.0.3:9042", 190.0));
    assertThat(bottleneck.component()).isEqualTo("node:127.0.0.3:9042");
    assertThat(bottleneck.evidence()).containsEntry("usualP50Millis", 20.0);
  }

  /** Nodes of which nothing was asked in a second are no fast ones. */
  @Test
  void theOnlyNodeThatIsAskedIsNotSlow() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(
        detector,
        HEALTHY + SOON,
        sample -> {
          sample.p50.replaceAll((node, millis) -> node.startsWith("127.0.0.3") ? 110.0 : 0.0);
          sample.nodeInFlight.put("127.0.0.3:9042", 3);
        });
    assertThat(found).isEmpty();
  }

  @Test
  void aNodeThatIsALittleSlowerIsNoBottleneck() {
    BottleneckDetector detector = detector(OperationKind.EXPORT);
    pass(detector, HEALTHY + SOON, sample -> sample.p50.put("127.0.0.3:9042", 150.0));
    assertThat(found).isEmpty();
  }

  @Test
  void twoJobsAskOneNode() {
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

  /** What comes and goes is one bottleneck as long as it comes again within ten seconds. */
  @Test
  void aBottleneckDoesNotFlap() {
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
   * Ten minutes of a job as they are: noise all the time, a hiccup of a second or two now and then.
   */
  @Test
  void quietRunsHaveNoBottleneck() {
    long seed = Seeds.next();
    for (int run = 0; run < 10; run++) {
      Random random = new Random(seed + run);
      int[] hiccup = {0};
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
            sample.stages.put(Stage.WAIT, 8 * random.nextDouble());
            if (random.nextInt(20) == 0) {
              sample.errors = 1;
            }
            if (hiccup[0] == 0 && random.nextInt(30) == 0) {
              hiccup[0] = 6;
            }
            // One or two seconds of it, and some of rest.
            if (hiccup[0]-- > 4) {
              sample.rowsPerSecond *= 0.1;
              sample.bytesPerSecond *= 0.1;
              sample.p50.replaceAll((node, millis) -> millis * 30);
              sample.gcShare = 0.5;
            }
            hiccup[0] = Math.max(0, hiccup[0]);
          });
      detector.close();
      assertThat(found).as("run %d of seed %d", run, seed).isEmpty();
    }
  }

  @Test
  void whatTookMostOfTheTimeIsToldAtTheEnd() {
    try (BottleneckDetector detector = detector(OperationKind.EXPORT)) {
      assertThat(detector.limitingFactor()).isEmpty();
      pass(detector, 30, sample -> {});
    }
    assertThat(limits)
        .singleElement()
        .satisfies(
            factor -> {
              assertThat(factor.name()).isEqualTo("wait");
              assertThat(factor.share()).isEqualTo(5.0 / 8);
              assertThat(factor)
                  .hasToString(
                      "the cluster: waiting for its answers for 63 % of the workers' time");
            });
  }

  @Test
  void aShortJobHasNoLimitingFactor() {
    try (BottleneckDetector detector = detector(OperationKind.IMPORT)) {
      pass(detector, 2, sample -> sample.stages.put(Stage.PLAN, 100.0));
      assertThat(detector.limitingFactor()).isEmpty();
    }
    assertThat(limits).isEmpty();
    try (BottleneckDetector detector = detector(OperationKind.IMPORT)) {
      pass(detector, 3, sample -> sample.stages.put(Stage.PLAN, 100.0));
    }
    assertThat(limits).extracting(LimitingFactor::name).containsExactly("plan");
  }

  /** A job that never was alone has nothing to compare with, however much it waits. */
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
              sample.stages.put(Stage.WAIT, 100.0);
              sample.p50.replaceAll((node, millis) -> 500.0);
            });
      }
    }
    assertThat(found).isEmpty();
    assertThat(limits).extracting(LimitingFactor::name).containsExactly("wait");
  }

  @Test
  void aBottleneckThatLastsIsTheLimit() {
    try (BottleneckDetector detector = detector(OperationKind.EXPORT)) {
      pass(detector, 30, sample -> sample.gcShare = 0.5);
    }
    assertThat(limits).extracting(LimitingFactor::name).containsExactly("CLIENT_MEMORY");
  }

  @Test
  void theLimitsOfTheJobAreTold() {
    try (BottleneckDetector detector =
        new BottleneckDetector(
            OperationKind.EXPORT,
            RequestLimits.NONE.withMaxRowsPerSecond(50_000),
            jobs.enter("this job", Optional.empty()),
            List.of(listener))) {
      pass(detector, 30, sample -> {});
    }
    assertThat(limits).extracting(LimitingFactor::name).containsExactly("limits");
  }

  @Test
  void whateverHoldsTheJobCountsAsItsLimit() {
    try (BottleneckDetector detector =
        new BottleneckDetector(
            OperationKind.EXPORT,
            RequestLimits.NONE,
            sample -> true,
            jobs.enter("this job", Optional.empty()),
            List.of(listener))) {
      pass(detector, 30, sample -> {});
    }
    assertThat(limits).extracting(LimitingFactor::name).containsExactly("limits");
  }

  /** A listener that fails does not disturb the job. */
  @Test
  void aListenerMayFail() {
    BottleneckDetector detector =
        new BottleneckDetector(
            OperationKind.EXPORT,
            RequestLimits.NONE,
            jobs.enter("this job", Optional.empty()),
            List.of(
                bottleneck -> {
                  throw new IllegalStateException("of the listener");
                }));
    pass(detector, SOON, sample -> sample.gcShare = 0.5);
    assertThat(detector.current()).map(Bottleneck::kind).contains(BottleneckKind.CLIENT_MEMORY);
    detector.close();
    assertThat(detector.current()).isEqualTo(Optional.empty());
  }
}
