package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.schema.TableDescription;
import java.util.Optional;

/** Names a role without a permission, and the statement that grants the permission. */
final class Grants {

  private Grants() {}

  /**
   * Returns {@code The role reader}, or {@code The role of this session} if the name is unknown.
   */
  static String who(Optional<String> role) {
    return "The role " + role.map(Grants::cql).orElse("of this session");
  }

  /** Returns the remedy for a missing permission on a table. */
  static String remedy(String permission, TableDescription table, Optional<String> role) {
    return "have an administrator run GRANT "
        + permission
        + " ON TABLE "
        + table
        + " TO "
        + role.map(Grants::cql).orElse("<role>");
  }

  private static String cql(String role) {
    return CqlIdentifier.fromInternal(role).asCql(true);
  }
}
