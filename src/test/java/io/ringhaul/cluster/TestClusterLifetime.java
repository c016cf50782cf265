package io.ringhaul.cluster;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Ends the cluster when the last test of the run has ended; found through META-INF/services. */
public final class TestClusterLifetime implements LauncherSessionListener {

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    try {
      TestCluster.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The test cluster could not be stopped", e);
    }
  }
}
