package io.ringhaul.internal.jobstore;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

/** A store over a {@code DataSource}, on SQLite with the default settings of its driver. */
class SqliteDataSourceTest extends JobStoreContract {

  @TempDir Path folder;

  @Override
  StoreDatabase connect() {
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + folder.resolve("jobs.db"));
    return StoreDatabase.over(source, () -> {});
  }

  @Override
  boolean isDurable() {
    return true;
  }
}
