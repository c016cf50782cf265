package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The CQL functions without parameters that return a different value at each call. */
final class MomentFunctions {

  /** The function names in the spellings of all versions. */
  static final Set<CqlIdentifier> NAMES =
      Stream.of(
              "now",
              "uuid",
              "currenttimestamp",
              "currentdate",
              "currenttime",
              "currenttimeuuid",
              "current_timestamp",
              "current_date",
              "current_time",
              "current_timeuuid")
          .map(CqlIdentifier::fromInternal)
          .collect(Collectors.toUnmodifiableSet());

  private MomentFunctions() {}
}
