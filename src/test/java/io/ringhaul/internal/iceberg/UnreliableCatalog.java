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

/** Iceberg's catalog in memory, which goes away when a test says so. */
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

  /** The next commit takes effect, and then nothing answers any more. */
  void goDownAfterCommit() {
    downAfterCommit = true;
  }

  /** The next commit does not take effect, and whether it did is not said. */
  void loseNextCommit() {
    losesNextCommit = true;
  }

  /** Does something just before somebody asks for the n-th time whether a table is there. */
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
        throw new CommitStateUnknownException(new ServiceUnavailableException("nobody answered"));
      }
      real.commit(base, metadata);
      if (downAfterCommit) {
        downAfterCommit = false;
        down = true;
        throw new CommitStateUnknownException(
            new ServiceUnavailableException("the answer was lost"));
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
