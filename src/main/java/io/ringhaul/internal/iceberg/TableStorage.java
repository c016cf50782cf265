package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.StorageTrouble;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.SupportsStorageCredentials;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file access of a session to its table.
 *
 * <p>It keeps every table object until the session ends: a REST catalog closes the file access of a
 * table when the garbage collector finds the object, although other objects still use it.
 *
 * <p>A REST catalog may issue credentials with a limited life. Iceberg renews those of an existing
 * table if the catalog has an address for that. Those of a table that does not exist yet, and those
 * without such an address, are renewed here, by asking the catalog for the table again after half
 * of their life. So a file that is begun has at least that time to be completed.
 */
final class TableStorage {

  /** A table and the way to get it. */
  record Opened(Table table, boolean isStaged) {}

  private static final Logger LOG = LoggerFactory.getLogger(TableStorage.class);

  /** Properties with the end of credentials for S3, Google Cloud Storage and Azure, in ms. */
  private static final Pattern ENDS =
      Pattern.compile(".*(?:token-expires-at|token-expires-at-ms)(?:\\..*)?");

  private static final String REFRESH_ADDRESS = "refresh-credentials-endpoint";

  /** The pause after a renewal that failed while the credentials are still valid. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private final Clock clock;
  private final List<Table> kept = new ArrayList<>();
  private @Nullable Opened current;
  private Instant renewAt = Instant.MAX;
  private Optional<Instant> end = Optional.empty();

  TableStorage() {
    this(Clock.systemUTC());
  }

  TableStorage(Clock clock) {
    this.clock = clock;
  }

  /** Uses a table that was just loaded or staged. */
  synchronized void use(Opened opened) {
    kept.add(opened.table());
    current = opened;
    end = end(opened.table().io());
    Instant now = clock.instant();
    renewAt =
        end.filter(at -> !isRenewedByIceberg(opened))
            .map(at -> now.plus(Duration.between(now, at).dividedBy(2)))
            .orElse(Instant.MAX);
  }

  /**
   * Returns the table.
   *
   * @param open asks the catalog for the table, if the session has not yet or the credentials must
   *     be renewed
   */
  synchronized Table table(Supplier<Opened> open) {
    Opened known = current;
    if (known == null) {
      known = open.get();
      use(known);
    } else if (!clock.instant().isBefore(renewAt)) {
      Optional<Opened> renewed = renewed(known, open);
      renewed.ifPresent(this::use);
      known = renewed.orElse(known);
    }
    return known.table();
  }

  /** Returns the table with new credentials; empty to use the present ones a while longer. */
  private Optional<Opened> renewed(Opened known, Supplier<Opened> open) {
    try {
      Opened again = open.get();
      String location = known.table().location();
      if (known.isStaged() && !again.table().location().equals(location)) {
        throw new StorageException(
            known.table().name(),
            String.format(
                "The storage credentials of the Iceberg table %s cannot be renewed: the catalog now"
                    + " gives it the location %s, but files were written to %s",
                known.table().name(), again.table().location(), location),
            null);
      }
      LOG.info("The catalog renewed the storage credentials of {}", known.table().name());
      return Optional.of(again);
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      Instant now = clock.instant();
      if (end.isPresent() && now.isBefore(end.get())) {
        LOG.warn(
            "The storage credentials of {}, which end at {}, could not be renewed yet: {}",
            known.table().name(),
            end.get(),
            StorageTrouble.ofCatalog(e));
        renewAt = now.plus(PAUSE);
        return Optional.empty();
      }
      throw new StorageException(
          known.table().name(),
          String.format(
              "The storage credentials of the Iceberg table %s have ended and the catalog did not"
                  + " renew them: %s",
              known.table().name(), StorageTrouble.ofCatalog(e)),
          e);
    }
  }

  private static boolean isRenewedByIceberg(Opened opened) {
    return !opened.isStaged()
        && properties(opened.table().io()).entrySet().stream()
            .anyMatch(
                property ->
                    property.getKey().endsWith(REFRESH_ADDRESS) && !property.getValue().isEmpty());
  }

  /** Returns when the first of the credentials ends; empty if they have no end. */
  static Optional<Instant> end(FileIO io) {
    Stream<Map<String, String>> credentials =
        io instanceof SupportsStorageCredentials vended
            ? vended.credentials().stream().map(credential -> credential.config())
            : Stream.empty();
    return Stream.concat(Stream.of(properties(io)), credentials)
        .flatMap(config -> config.entrySet().stream())
        .filter(property -> ENDS.matcher(property.getKey()).matches())
        .flatMap(property -> millis(property.getValue()).stream())
        .min(Instant::compareTo);
  }

  /** Returns the properties of a file access; some do not tell them. */
  private static Map<String, String> properties(FileIO io) {
    try {
      return io.properties();
    } catch (UnsupportedOperationException e) {
      return Map.of();
    }
  }

  private static Optional<Instant> millis(String text) {
    try {
      return Optional.of(Instant.ofEpochMilli(Long.parseLong(text)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
