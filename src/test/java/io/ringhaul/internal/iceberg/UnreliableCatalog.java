package io.ringhaul.internal.iceberg;

import java.util.Map;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/** Iceberg's in-memory catalog with simulated failures. */
final class UnreliableCatalog extends InMemoryCatalog {

  private boolean down;
  private boolean downAfterCommit;
  private boolean losesNextCommit;
  private int lookUps;
  private Runnable meanwhile = () -> {};

  UnreliableCatalog() {
    initialize("unreliable", Map.of());
  }

  void goDown() {
    down = true;
  }

  void comeBack() {
    down = false;
  }

  /** Lets the next commit take effect, and fails that and all later requests. */
  void goDownAfterCommit() {
    downAfterCommit = true;
  }

  /** Discards the next commit and reports its state as unknown. */
  void loseNextCommit() {
    losesNextCommit = true;
  }

  /** Runs an action just before the n-th check whether a table exists. */
  void beforeLookUp(int number, Runnable action) {
    lookUps = number;
    meanwhile = action;
  }

  @Override
  public boolean tableExists(TableIdentifier identifier) {
    if (--lookUps == 0) {
      meanwhile.run();
    }
    return super.tableExists(identifier);
  }

  @Override
  protected TableOperations newTableOps(TableIdentifier identifier) {
    if (down) {
      throw new ServiceUnavailableException("the catalog is down");
    }
    return new Operations(super.newTableOps(identifier));
  }

  private final class Operations implements TableOperations {

    private final TableOperations real;

    private Operations(TableOperations real) {
      this.real = real;
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
    public void commit(TableMetadata base, TableMetadata metadata) {
      if (losesNextCommit) {
        losesNextCommit = false;
        throw new CommitStateUnknownException(new ServiceUnavailableException("no response"));
      }
      real.commit(base, metadata);
      if (downAfterCommit) {
        downAfterCommit = false;
        down = true;
        throw new CommitStateUnknownException(
            new ServiceUnavailableException("the response was lost"));
      }
    }

    @Override
    public FileIO io() {
      return real.io();
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
  }
}
