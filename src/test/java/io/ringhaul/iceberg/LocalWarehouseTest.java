package io.ringhaul.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalWarehouseTest {

  private static final int OPENERS = 6;

  @TempDir Path folder;

  @RepeatedTest(5)
  void manyMayMakeItAtOnce() {
    ExecutorService threads = Executors.newFixedThreadPool(OPENERS);
    CountDownLatch start = new CountDownLatch(1);
    try {
      List<CompletableFuture<Void>> openers = new ArrayList<>();
      for (int i = 0; i < OPENERS; i++) {
        Namespace namespace = Namespace.of("n" + i);
        openers.add(
            CompletableFuture.runAsync(
                () -> {
                  await(start);
                  try (LocalWarehouse warehouse = LocalWarehouse.open(folder)) {
                    ((SupportsNamespaces) warehouse.catalog()).createNamespace(namespace);
                  }
                },
                threads));
      }
      start.countDown();
      openers.forEach(CompletableFuture::join);
    } finally {
      threads.shutdownNow();
    }
    try (LocalWarehouse warehouse = LocalWarehouse.open(folder)) {
      assertThat(((SupportsNamespaces) warehouse.catalog()).listNamespaces()).hasSize(OPENERS);
    }
  }

  @Test
  void tellsAFileThatIsNoCatalog() throws IOException {
    Path file = Files.writeString(folder.resolve("catalog.db"), "this is no SQLite database");
    assertThatThrownBy(() -> LocalWarehouse.open(folder))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.location()).isEqualTo(folder.toString()))
        .hasMessageStartingWith("The Iceberg catalog " + file + " cannot be opened: ");
    assertThat(file).hasContent("this is no SQLite database");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
