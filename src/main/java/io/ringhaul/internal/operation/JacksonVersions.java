package io.ringhaul.internal.operation;

import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.core.json.PackageVersion;
import io.ringhaul.exceptions.BulkOperationException;

/**
 * Checks the versions of Jackson before an operation starts. With an older version, an export would
 * fail midway with a {@link NoSuchMethodError}. A build gets an older version if its POM names the
 * driver, which depends on Jackson 2.13, before Ringhaul.
 */
public final class JacksonVersions {

  private static final int LEAST_MINOR = 16;

  private JacksonVersions() {}

  public static void require() {
    require(PackageVersion.VERSION, com.fasterxml.jackson.databind.cfg.PackageVersion.VERSION);
  }

  /** Databind calls new methods of core, so databind must not be newer than core. */
  public static void require(Version core, Version databind) {
    int older = Math.min(core.getMinorVersion(), databind.getMinorVersion());
    if (older < LEAST_MINOR || databind.getMinorVersion() > core.getMinorVersion()) {
      throw new BulkOperationException(
          "The class path has jackson-core "
              + core
              + " and jackson-databind "
              + databind
              + "; Ringhaul needs 2."
              + LEAST_MINOR
              + " or newer, and jackson-core not older than jackson-databind. Put"
              + " io.ringhaul:ringhaul before the driver in your POM, or import"
              + " com.fasterxml.jackson:jackson-bom in its dependencyManagement");
    }
  }
}
