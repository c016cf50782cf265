package io.ringhaul.internal.files;

import java.util.Objects;

/** This program's name and version, for manifests. */
final class Tool {

  static final String NAME =
      "ringhaul "
          + Objects.requireNonNullElse(
              Tool.class.getPackage().getImplementationVersion(), "development");

  private Tool() {}
}
