package io.ringhaul.cluster;

import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxClusterBuilder;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Prints the slowest test classes and the start of each cluster at the end of a test process.
 * Registered through META-INF/services.
 */
public final class TestTimes implements LauncherSessionListener, TestExecutionListener {

  private static final int SHOWN = 40;
  private static final List<Step> STARTS = new CopyOnWriteArrayList<>();

  private final Map<TestIdentifier, Long> begun = new ConcurrentHashMap<>();
  private final List<Step> classes = new CopyOnWriteArrayList<>();

  private record Step(String name, Duration time) {}

  /** Starts a cluster of the version of this run and notes how long that takes. */
  public static SandboxCluster start(String name, SandboxClusterBuilder builder) {
    long begin = System.nanoTime();
    SandboxCluster cluster = builder.cassandra(TestCluster.CASSANDRA).start();
    STARTS.add(new Step("start of " + name, Duration.ofNanos(System.nanoTime() - begin)));
    return cluster;
  }

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    session.getLauncher().registerTestExecutionListeners(this);
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    if (topLevelClass(test)) {
      begun.put(test, System.nanoTime());
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Long begin = begun.remove(test);
    if (begin != null) {
      classes.add(
          new Step(test.getLegacyReportingName(), Duration.ofNanos(System.nanoTime() - begin)));
    }
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    STARTS.forEach(TestTimes::print);
    classes.stream()
        .sorted(Comparator.comparing(Step::time).reversed())
        .limit(SHOWN)
        .forEach(TestTimes::print);
  }

  private static void print(Step step) {
    System.out.printf(Locale.ROOT, "%7.1f s  %s%n", step.time().toMillis() / 1_000.0, step.name());
  }

  private static boolean topLevelClass(TestIdentifier test) {
    return test.getSource().filter(ClassSource.class::isInstance).isPresent()
        && test.getUniqueIdObject().getSegments().size() == 2;
  }
}
