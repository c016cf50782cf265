package io.ringhaul.internal.jobstore;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

/** The way of a {@code DataSource}, on SQLite with its driver's own settings. */
class SqliteDataSourceTest extends JobStoreContract {

  @TempDir Path folder;

  @Override
  Transactions connect() {
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + folder.resolve("jobs.db"));
    return DataSourceTransactions.open(source, new StoreSchema(Migration.ALL));
  }

  @Override
  boolean isDurable() {
    return true;
  }
}
