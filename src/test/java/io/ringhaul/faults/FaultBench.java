package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the tests of killed jobs share: a table, its exports, a job store, and the means to run. */
final class FaultBench implements AutoCloseable {

  /** So small that tasks are many and short. */
  private static final int ROWS = 20_000;

  private static final List<String> DIVIDED = List.of("--splits", "24", "--parallelism", "2");

  private final CqlSession session = TestCluster.session();
  private final Path folder;
  private final ChildJvm jvm;
  private final Path storeFile;
  private final JobStore store;
  private final FaultTable table;
  private final Map<Shape, Path> exports = new EnumMap<>(Shape.class);
  private int used;

  /** Makes and fills the table. */
  FaultBench(Path folder) throws IOException {
    this.folder = folder;
    this.jvm = new ChildJvm(Files.createDirectory(folder.resolve("jvm")));
    this.storeFile = folder.resolve("jobs.db");
    this.store = JobStore.file(storeFile);
    this.table = new FaultTable(session, TestCluster.newKeyspace(3), ROWS);
    TestCluster.define(table.definition("source"));
    table.insert("source");
  }

  /** An export of the table into a folder of its own. */
  Work newExport(Shape shape) throws IOException {
    return new Work.Export(table, shape, newFolder());
  }

  /** An import into a table of its own. */
  Work newImport(Shape shape) throws IOException, InterruptedException {
    String into = "clone" + used++;
    TestCluster.define(table.definition(into));
    return new Work.Import(session, table, shape, exported(shape), into);
  }

  /** A job that does the work. */
  KilledJob job(Work work) {
    List<String> command = new ArrayList<>(work.command());
    InetSocketAddress contact = TestCluster.get().contactPoints().get(0);
    command.addAll(List.of("--contact-point", contact.getHostString() + ":" + contact.getPort()));
    command.addAll(List.of("--job-store", storeFile.toString()));
    return new KilledJob(jvm, store, command, DIVIDED);
  }

  /** The place of an export that nobody has disturbed. */
  private Path exported(Shape shape) throws IOException, InterruptedException {
    Path existing = exports.get(shape);
    if (existing == null) {
      existing = newFolder();
      job(new Work.Export(table, shape, existing)).finish();
      exports.put(shape, existing);
    }
    return existing;
  }

  private Path newFolder() throws IOException {
    return Files.createDirectory(folder.resolve("export" + used++));
  }

  @Override
  public void close() {
    store.close();
  }
}
