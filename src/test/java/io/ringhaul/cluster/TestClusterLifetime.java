package io.ringhaul.cluster;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Stops the cluster at the end of the test run. Registered through META-INF/services. */
public final class TestClusterLifetime implements LauncherSessionListener {

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    try {
      TestCluster.stop();
    } catch (Exception e) {
      throw new IllegalStateException("Stopping the test cluster failed", e);
    }
  }
}
