package io.ringhaul.internal.iceberg;

import java.time.Duration;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a commit is tried again while others commit to the same table first. Iceberg counts
 * tries, with pauses of up to a minute between them, which can come to hours.
 */
final class ConflictPatience {

  static final Duration MOST = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(ConflictPatience.class);
  private static final Duration QUIET = Duration.ofSeconds(10);

  private final String table;
  private final Duration most;
  private int conflicts;
  private long first;

  /**
   * @param table the table's name, for people
   * @param most from the first conflict to the last try; a pause that has begun by then is not cut
   */
  ConflictPatience(String table, Duration most) {
    this.table = table;
    this.most = most;
  }

  /** Counts a conflict; whether the commit is to be tried again. */
  boolean lastsAfterConflict() {
    if (conflicts++ == 0) {
      first = System.nanoTime();
    }
    Duration passed = passed();
    if (passed.compareTo(QUIET) > 0) {
      LOG.warn(
          "Others commit to the Iceberg table {} all the time: {} tries in {} s came too late",
          table,
          conflicts,
          passed.toSeconds());
    }
    return passed.compareTo(most) < 0;
  }

  private Duration passed() {
    return Duration.ofNanos(System.nanoTime() - first);
  }

  /** A transaction on a table that is there, which ends its own tries in time. */
  Transaction transaction(Table of) {
    return of instanceof BaseTable known
        ? Transactions.newTransaction(
            of.name(), new Operations(known.operations()), known.reporter())
        : of.newTransaction();
  }

  private final class Operations implements TableOperations {

    private final TableOperations real;

    private Operations(TableOperations real) {
      this.real = real;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata) {
      try {
        real.commit(base, metadata);
      } catch (CommitFailedException e) {
        if (lastsAfterConflict()) {
          throw e;
        }
        throw new ValidationException(
            e,
            "others committed first, %s times in %s s; try it again when there are fewer (%s)",
            conflicts,
            passed().toSeconds(),
            e.getMessage());
      }
    }

    @Override
    public TableMetadata current() {
      return real.current();
    }

    @Override
    public TableMetadata refresh() {
      return real.refresh();
    }

    @Override
    public FileIO io() {
      return real.io();
    }

    @Override
    public EncryptionManager encryption() {
      return real.encryption();
    }

    @Override
    public String metadataFileLocation(String fileName) {
      return real.metadataFileLocation(fileName);
    }

    @Override
    public LocationProvider locationProvider() {
      return real.locationProvider();
    }

    @Override
    public TableOperations temp(TableMetadata uncommitted) {
      return real.temp(uncommitted);
    }

    @Override
    public long newSnapshotId() {
      return real.newSnapshotId();
    }

    @Override
    public boolean requireStrictCleanup() {
      return real.requireStrictCleanup();
    }
  }
}
