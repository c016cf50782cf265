package io.ringhaul.internal.jobstore;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

class SqliteJobStoreTest extends JobStoreContract {

  @TempDir Path folder;

  @Override
  StoreDatabase connect() {
    return StoreDatabase.file(
        folder.resolve("jobs? ä#%20.db"), Duration.ofSeconds(20), StoreSchema.current());
  }

  @Override
  boolean isDurable() {
    return true;
  }
}
