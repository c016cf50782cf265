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
import java.util.function.Consumer;

/**
 * The fixture of the tests that kill jobs: a source table, its exports, a job store and a JVM
 * launcher.
 */
final class FaultBench implements AutoCloseable {

  /** Small enough for many short tasks. */
  private static final int ROWS = 12_000;

  private static final List<String> DIVIDED = List.of("--tasks", "24", "--parallelism", "2");

  private final CqlSession session;
  private final InetSocketAddress contact;
  private final Consumer<String> definer;
  private final Path folder;
  private final ChildJvm jvm;
  private final Path storeFile;
  private final JobStore store;
  private final FaultTable table;
  private final Map<Shape, Path> exports = new EnumMap<>(Shape.class);
  private int used;

  private FaultBench(
      Path folder,
      CqlSession session,
      InetSocketAddress contact,
      String keyspace,
      Consumer<String> definer)
      throws IOException {
    this.session = session;
    this.contact = contact;
    this.definer = definer;
    this.folder = folder;
    this.jvm = new ChildJvm(Files.createDirectory(folder.resolve("jvm")));
    this.storeFile = folder.resolve("jobs.db");
    this.store = JobStore.file(storeFile);
    this.table = new FaultTable(session, keyspace, ROWS);
    definer.accept(table.definition("source"));
    table.insert("source");
  }

  /** Creates and fills the table in the shared test cluster. */
  static FaultBench inTestCluster(Path folder) throws IOException {
    return inTestCluster(folder, TestCluster.get().contactPoints().get(0));
  }

  /** Creates and fills the table in the shared test cluster, which the jobs reach elsewhere. */
  static FaultBench inTestCluster(Path folder, InetSocketAddress contact) throws IOException {
    return new FaultBench(
        folder, TestCluster.session(), contact, TestCluster.newKeyspace(3), TestCluster::define);
  }

  /** Creates and fills the table in a keyspace of another cluster. */
  static FaultBench in(Path folder, CqlSession session, InetSocketAddress contact, String keyspace)
      throws IOException {
    return new FaultBench(folder, session, contact, keyspace, session::execute);
  }

  CqlSession session() {
    return session;
  }

  FaultTable table() {
    return table;
  }

  JobStore store() {
    return store;
  }

  /** Returns an export of the table into a new folder. */
  Work.Export newExport(Shape shape) throws IOException {
    return new Work.Export(table, shape, newFolder());
  }

  /** Returns an import into a new table. */
  Work.Import newImport(Shape shape) throws IOException, InterruptedException {
    String into = "clone" + used++;
    definer.accept(table.definition(into));
    return new Work.Import(session, table, shape, exported(shape), into);
  }

  /** Returns a copy into a new table. */
  Work.Copy newCopy() {
    String into = "clone" + used++;
    definer.accept(table.definition(into));
    return new Work.Copy(session, table, into);
  }

  /** Returns a deletion from a new table. */
  Work.Delete newDelete() {
    String from = "clone" + used++;
    definer.accept(table.definition(from));
    table.insert(from);
    return new Work.Delete(session, table, from);
  }

  /** Returns a job that does the work. */
  KilledJob job(Work work) {
    return job(work.command());
  }

  /** Returns a job with the given command. */
  KilledJob job(List<String> words) {
    List<String> command = new ArrayList<>(words);
    command.addAll(List.of("--contact-point", contact.getHostString() + ":" + contact.getPort()));
    command.addAll(List.of("--job-store", storeFile.toString()));
    return new KilledJob(jvm, store, command, DIVIDED);
  }

  /** Returns the folder of an export that ran without a fault. */
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
