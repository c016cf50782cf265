package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.iceberg.CachingCatalog;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests new and existing tables on REST catalogs with the manners of servers in use. */
class RestTablesTest {

  private static final TableIdentifier TABLE = TableIdentifier.of("lake", "t");
  private static final Schema NO_COLUMNS = new Schema();
  private static final TableDescription SOURCE =
      Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));

  /** Servers on which a staged table does not become the committed one. */
  private enum Manner {
    NO_STAGING,
    CHOSEN_LOCATIONS,
    NO_CLIENT_LOCATIONS,
    SHORT_CREDENTIALS
  }

  @TempDir private Path folder;
  private Warehouse warehouse;
  private RestServer server;
  private RESTCatalog client;

  @BeforeEach
  void start() throws IOException {
    RecordingFileIO.forget();
    warehouse = new Warehouse(folder);
    server = new RestServer(warehouse.catalog(), Map.of());
    client = server.client(Map.of("io-impl", RecordingFileIO.class.getName()));
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
    warehouse.close();
  }

  @Test
  void keepsTheFileAccessOfAStagedTableOpen() throws InterruptedException {
    server.issueCredentials(Duration.ofHours(1));
    makeOther();
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, UUID.randomUUID()));
      assertThat(client.tableExists(TABLE)).isFalse();
      try (TaskWriter writer = session.openTask(plan, SOURCE.columns(), 0)) {
        writer.write(row(integer(1))::get);
        collectTables();
        session.commit(plan, List.of(writer.finish()));
      }
    }
    assertIds(1);
  }

  @Test
  void keepsTheFileAccessOfAReadTableOpen() throws InterruptedException {
    server.issueCredentials(Duration.ofHours(1));
    makeOther();
    Exports.run(target(), SOURCE, row(integer(1)), row(integer(2)));
    IcebergSource source = IcebergSource.catalog(client).table("lake.t");
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(SOURCE, List.of(), OptionalInt.empty());
      collectTables();
      assertThat(session.open(plan, SOURCE.columns(), plan.tasks().get(0)).next()).isNotNull();
    }
  }

  @Test
  void renewsTheCredentialsOfAStagedTableAfterHalfOfTheirLife() {
    server.issueCredentials(Duration.ofMinutes(20));
    TestClock clock = new TestClock();
    TableStorage storage = new TableStorage(clock);
    Table first = storage.table(this::staged);
    FileIO io = first.io();
    clock.pass(Duration.ofMinutes(9));
    assertThat(storage.table(this::staged).io()).isSameAs(io);
    clock.pass(Duration.ofMinutes(2));
    Table again = storage.table(this::staged);
    assertThat(again.io()).isNotSameAs(io);
    assertThat(again.location()).isEqualTo(first.location());
    // The catalog is away for a moment: the credentials are still good.
    clock.pass(Duration.ofMinutes(8));
    server.refuseAll(401, "come back later");
    assertThat(storage.table(this::staged)).isSameAs(again);
    clock.pass(Duration.ofMinutes(11));
    assertThatThrownBy(() -> storage.table(this::staged))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The storage credentials of the Iceberg table ringhaul.lake.t have ended and the"
                + " catalog did not renew them: Not authorized: come back later");
  }

  @Test
  void leavesTheRenewalOfExistingTablesToIcebergIfTheCatalogOffersIt() {
    server.issueCredentials(Duration.ofMinutes(20));
    Exports.run(target(), SOURCE, row(integer(1)));
    TestClock clock = new TestClock();
    TableStorage storage = new TableStorage(clock);
    Table first = storage.table(this::loaded);
    clock.pass(Duration.ofMinutes(11));
    assertThat(storage.table(this::loaded)).isSameAs(first);
    server.offerNoRenewal();
    TableStorage own = new TableStorage(clock);
    clock.pass(Duration.ofMinutes(-11));
    Table second = own.table(this::loaded);
    clock.pass(Duration.ofMinutes(11));
    assertThat(own.table(this::loaded)).isNotSameAs(second);
  }

  @Test
  void rejectsCredentialsForAnotherLocation() {
    server.issueCredentials(Duration.ofMinutes(20));
    TestClock clock = new TestClock();
    TableStorage storage = new TableStorage(clock);
    storage.table(this::staged);
    server.locations(RestServer.Locations.CHOSEN_EACH_TIME);
    clock.pass(Duration.ofMinutes(11));
    assertThatThrownBy(() -> storage.table(this::staged))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(
            "The storage credentials of the Iceberg table ringhaul.lake.t cannot be renewed: the"
                + " catalog now gives it the location file:"
                + folder
                + "/lake/t_");
  }

  @Test
  void stagesTheTableWhereTheCatalogCanDoSo() {
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, UUID.randomUUID()));
      assertThat(client.tableExists(TABLE)).isFalse();
      assertThat(WriteLayout.decode(plan).isNew()).isTrue();
      session.commit(plan, List.of(write(session, plan, 1)));
    }
    assertWhole(1);
  }

  @ParameterizedTest
  @EnumSource(Manner.class)
  void createsTheTableEmptyAndFillsItAtTheCommit(Manner manner) {
    set(manner);
    CommitResult result;
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, UUID.randomUUID()));
      assertThat(client.loadTable(TABLE).currentSnapshot()).isNull();
      result = session.commit(plan, List.of(write(session, plan, 1)));
    }
    assertThat(result.location()).isEqualTo("lake.t in " + client.loadTable(TABLE).location());
    assertWhole(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | IllegalArgumentException | Stage create is not supported",
        "400 | BadRequestException | stageCreate must be false",
        "400 | BadRequestException | Creating a staged table is not supported",
        "400 | BadRequestException | Unsupported: staging of tables",
        "405 | MethodNotAllowed | POST",
        "406 | UnsupportedOperationException | stage-create is not supported",
        "501 | NotImplemented | stage-create is not supported",
      })
  void createsTheTableEmptyIfTheCatalogCannotStageIt(int status, String type, String message) {
    server.refuseStaging(status, type, message);
    Exports.run(target(), SOURCE, row(integer(1)));
    assertWhole(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | BadRequestException | the name stage.t is not allowed",
        "401 | NotAuthorizedException | the token of stage has expired",
        "403 | ForbiddenException | no access to the bucket stage-data for a staged table",
        "429 | TooManyRequests | stage-create is limited",
        "500 | InternalServerError | stage-create failed",
        "503 | SlowDown | stage-create failed",
      })
  void createsNoTableIfStagingItFails(int status, String type, String message) {
    server.refuseStaging(status, type, message);
    assertPlanFails(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | NotAuthorizedException | the token has expired",
        "429 | TooManyRequests | too many requests",
        "500 | InternalServerError | the database is full",
        "502 | BadGateway | no server",
        "503 | SlowDown | too busy",
      })
  void createsNoTableIfNamingItsLocationFails(int status, String type, String message) {
    server.refuseLocations(status, type, message);
    assertPlanFails(message);
  }

  private void assertPlanFails(String message) {
    try (TargetSession session = target().open()) {
      assertThatThrownBy(() -> session.plan(Exports.description(SOURCE, UUID.randomUUID())))
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("The Iceberg table lake.t cannot be prepared: ")
          .hasMessageContaining(message);
    }
    assertThat(client.tableExists(TABLE)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Manner.class)
  void dropsTheEmptyTableOfAnExportWithoutAPlan(Manner manner) {
    set(manner);
    UUID job = UUID.randomUUID();
    IcebergTarget target = target().mode(WriteMode.APPEND);
    killPlanned(target, job);
    try (TargetSession session = target.open()) {
      session.abandonUnplanned(UUID.randomUUID(), "ks", "t");
      assertThat(client.tableExists(TABLE)).isTrue();
      session.abandonUnplanned(job, "ks", "t");
      assertThat(client.tableExists(TABLE)).isFalse();
      assertThat(filesIn(folder)).isEmpty();
      session.abandonUnplanned(job, "ks", "t");
      // Another program has written to it.
      killPlanned(target, job);
      client.loadTable(TABLE).newAppend().commit();
      session.abandonUnplanned(job, "ks", "t");
      assertThat(client.tableExists(TABLE)).isTrue();
    }
  }

  @Test
  void keepsATableThatWasWrittenToSinceItWasCached() {
    server.refuseStaging();
    UUID job = UUID.randomUUID();
    killPlanned(target(), job);
    Catalog cached = CachingCatalog.wrap(client);
    assertThat(cached.loadTable(TABLE).currentSnapshot()).isNull();
    try (RESTCatalog another = server.client()) {
      another.loadTable(TABLE).newAppend().commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (TargetSession session = IcebergTarget.catalog(cached).table("lake.t").open()) {
      session.abandonUnplanned(job, "ks", "t");
    }
    assertThat(client.tableExists(TABLE)).isTrue();
  }

  private static void killPlanned(IcebergTarget target, UUID job) {
    try (TargetSession killed = target.open()) {
      killed.plan(Exports.description(SOURCE, job));
    }
  }

  @ParameterizedTest
  @EnumSource(Manner.class)
  void dropsTheEmptyTableOfAnExportThatIsGivenUp(Manner manner) {
    set(manner);
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, UUID.randomUUID()));
      write(session, plan, 1);
      // Cleaning for a resumption keeps the table.
      assertThat(session.clean(plan, List.of())).isEqualTo(1);
      assertThat(client.tableExists(TABLE)).isTrue();
      write(session, plan, 1);
      assertThat(session.abandon(plan)).isEqualTo(1);
    }
    assertThat(client.tableExists(TABLE)).isFalse();
    assertThat(filesIn(folder)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Manner.class)
  void resumesWithTheTableThatAnEarlierProcessCreated(Manner manner) throws IOException {
    set(manner);
    UUID job = UUID.randomUUID();
    TargetPlan plan;
    TaskOutput output;
    try (TargetSession session = target().open()) {
      plan = session.plan(Exports.description(SOURCE, job));
      output = write(session, plan, 1);
    }
    try (RESTCatalog other = server.client();
        TargetSession session = IcebergTarget.catalog(other).table("lake.t").open()) {
      TargetPlan resumed = session.resume(plan, Exports.description(SOURCE, job));
      assertThat(session.clean(resumed, List.of(output))).isZero();
      session.commit(resumed, List.of(output, write(session, resumed, 2)));
    }
    assertWhole(1, 2);
  }

  @ParameterizedTest
  @EnumSource(Manner.class)
  void twoExportsThatCreateOneTableBothAppend(Manner manner) {
    set(manner);
    IcebergTarget target = target().mode(WriteMode.APPEND);
    try (TargetSession first = target.open();
        TargetSession second = target.open()) {
      TargetPlan one = first.plan(Exports.description(SOURCE, UUID.randomUUID()));
      TargetPlan two = second.plan(Exports.description(SOURCE, UUID.randomUUID()));
      TaskOutput ofSecond = write(second, two, 2);
      first.commit(one, List.of(write(first, one, 1)));
      second.commit(two, List.of(ofSecond));
    }
    assertWhole(1, 2);
  }

  @ParameterizedTest
  @EnumSource(Manner.class)
  void keepsTheEmptyTableThatAnotherExportUses(Manner manner) {
    set(manner);
    try (TargetSession first = target().open();
        TargetSession second = target().open()) {
      TargetPlan one = first.plan(Exports.description(SOURCE, UUID.randomUUID()));
      TargetPlan two = second.plan(Exports.description(SOURCE, UUID.randomUUID()));
      write(first, one, 1);
      TaskOutput ofSecond = write(second, two, 2);
      assertThat(first.abandon(one)).isEqualTo(1);
      second.commit(two, List.of(ofSecond));
    }
    assertWhole(2);
  }

  @Test
  void usesTheEmptyTableOfAnotherExportDespiteConflicts() {
    server.refuseStaging();
    try (TargetSession first = target().open();
        TargetSession second = target().open()) {
      first.plan(Exports.description(SOURCE, UUID.randomUUID()));
      // More than the retries of one commit of Iceberg.
      server.conflictNext(7);
      TargetPlan two = second.plan(Exports.description(SOURCE, UUID.randomUUID()));
      second.commit(two, List.of(write(second, two, 2)));
    }
    assertWhole(2);
  }

  @ParameterizedTest
  @EnumSource(Manner.class)
  void findsACommitWhoseResponseWasLost(Manner manner) {
    set(manner);
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, UUID.randomUUID()));
      TaskOutput output = write(session, plan, 1);
      server.loseAnswers();
      assertThat(session.commit(plan, List.of(output)).files()).isEqualTo(1);
      assertThat(session.abandon(plan)).isZero();
    }
    assertWhole(1);
  }

  @Test
  void repeatsACommitAfterConflicts() {
    Exports.run(target(), SOURCE, row(integer(1)));
    server.conflictNext(3);
    Exports.run(target().mode(WriteMode.APPEND), SOURCE, row(integer(2)));
    assertWhole(1, 2);
  }

  @Test
  void createsTheTableInItsNewNamespaceAfterTheCatalogLostTheAnswer() {
    server.loseAnswers();
    Exports.run(target(), SOURCE, row(integer(1)));
    assertWhole(1);
  }

  @Test
  void namesTheReasonIfTheCatalogDoesNotAcceptTheToken() {
    server.refuseAll(401, "the token has expired");
    try (TargetSession session = target().open()) {
      assertThatThrownBy(() -> session.plan(Exports.description(SOURCE, UUID.randomUUID())))
          .isInstanceOf(StorageException.class)
          .isNotInstanceOf(UnknownCommitStateException.class)
          .hasMessage(
              "The Iceberg table lake.t cannot be prepared: Not authorized: the token has expired");
    }
    try (SourceSession session = IcebergSource.catalog(client).table("lake.t").open()) {
      assertThatThrownBy(() -> session.plan(SOURCE, List.of(), OptionalInt.empty()))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The Iceberg table lake.t cannot be read: Not authorized: the token has expired");
    }
    assertThat(filesIn(folder)).isEmpty();
  }

  @Test
  void namesTheReasonIfTheCatalogIsDown() {
    server.close();
    try (TargetSession session = target().open()) {
      assertThatThrownBy(() -> session.plan(Exports.description(SOURCE, UUID.randomUUID())))
          .isInstanceOf(StorageException.class)
          .hasMessageMatching(
              "The Iceberg table lake.t cannot be prepared: no connection: Connect to .* failed:"
                  + " Connection refused; check the address and its server");
    }
  }

  private void set(Manner manner) {
    switch (manner) {
      case NO_STAGING -> server.refuseStaging();
      case CHOSEN_LOCATIONS -> server.locations(RestServer.Locations.CHOSEN_EACH_TIME);
      case NO_CLIENT_LOCATIONS ->
          server.refuseLocations(
              403, "ForbiddenException", "the catalog chooses the locations of tables");
      case SHORT_CREDENTIALS -> server.issueCredentials(Duration.ofMinutes(1));
    }
  }

  private IcebergTarget target() {
    return IcebergTarget.catalog(client).table("lake.t");
  }

  private static TaskOutput write(TargetSession session, TargetPlan plan, int id) {
    return Exports.write(session, plan, SOURCE, row(integer(id)));
  }

  private TableStorage.Opened staged() {
    return new TableStorage.Opened(
        client
            .buildTable(TABLE, NO_COLUMNS)
            .withLocation(LocalFileIO.location(folder.resolve("lake/t")))
            .createTransaction()
            .table(),
        true);
  }

  private TableStorage.Opened loaded() {
    return new TableStorage.Opened(client.loadTable(TABLE), false);
  }

  private void makeOther() {
    client.createNamespace(Namespace.of("lake"));
    client.createTable(TableIdentifier.of("lake", "other"), NO_COLUMNS);
  }

  /**
   * Loads another table and drops it, until the catalog has closed the file access of dropped
   * tables.
   */
  private void collectTables() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    long before = RecordingFileIO.closed();
    while (RecordingFileIO.closed() < before + 3) {
      assertThat(System.nanoTime()).as("no file access was closed").isLessThan(deadline);
      client.loadTable(TableIdentifier.of("lake", "other"));
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void assertIds(Integer... ids) {
    assertThat(Warehouse.rows(warehouse.table("lake.t")))
        .extracting(row -> row.getField("id"))
        .containsExactlyInAnyOrder((Object[]) ids);
  }

  /** Checks the rows, and that all files are in the table and under its location. */
  private void assertWhole(Integer... ids) {
    assertIds(ids);
    Table table = warehouse.table("lake.t");
    assertThat(table.properties()).doesNotContainKey(TableCreation.CREATOR);
    assertThat(Warehouse.locations(Warehouse.dataFiles(table)))
        .hasSize(ids.length)
        .allSatisfy(location -> assertThat(location).startsWith(table.location() + "/data/"))
        .isEqualTo(warehouse.parquetFilesOnDisk());
    assertThat(filesIn(folder))
        .allSatisfy(file -> assertThat(file).startsWith(LocalFileIO.path(table.location()) + "/"));
  }

  /** Returns the files other than those of the SQLite catalog. */
  private static List<String> filesIn(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .map(Path::toString)
          .filter(path -> !path.contains("catalog.db"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class TestClock extends Clock {

    private Instant now = Instant.now();

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
