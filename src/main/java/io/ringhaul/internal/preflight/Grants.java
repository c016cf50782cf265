package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.schema.TableDescription;
import java.util.Optional;

/** Says who lacks a permission, and what grants it. */
final class Grants {

  private Grants() {}

  /** {@code The role reader}, or {@code The role of this session} if its name is not known. */
  static String who(Optional<String> role) {
    return "The role " + role.map(Grants::cql).orElse("of this session");
  }

  /** What to do for a permission on a table. */
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
