package io.ringhaul.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.Compression;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.storage.FileStores;
import io.ringhaul.internal.storage.ObjectFiles;
import io.ringhaul.internal.storage.StorageProperties;
import io.ringhaul.lake.FaultyLink;
import io.ringhaul.lake.ObjectStore;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Folders of part files in an object store with the API of S3. */
class ObjectFolderIT {

  /** Numbers whose file has more than two parts of an upload: 12 MB. */
  private static final int[] MANY = IntStream.range(1_000_000_000, 1_001_100_000).toArray();

  private static final AtomicInteger BUCKETS = new AtomicInteger();

  @TempDir private static Path folder;
  private static ObjectStore store;

  private final String bucketName = "bucket" + BUCKETS.incrementAndGet();
  private String endpoint = "";

  @BeforeEach
  void useStore() {
    endpoint = store.endpoint();
  }

  @BeforeAll
  static void start() throws Exception {
    store = ObjectStore.start(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    store.close();
  }

  @Test
  void publishesFilesWithTheManifest() throws Exception {
    UUID job = UUID.randomUUID();
    try (FolderTargetSession session = session(WriteMode.CREATE)) {
      TargetPlan plan = session.plan(LineFormat.export(job));
      TaskOutput first = LineFormat.write(session, plan, 0, 1, 2, 3);
      assertThat(names()).hasSize(1);
      TaskOutput second = LineFormat.write(session, plan, 1, 4);
      CommitResult result = session.commit(plan, List.of(first, second));
      assertThat(result.location()).isEqualTo(uri().toString());
      assertThat(result.files()).isEqualTo(2);
      assertThat(result.fileBytes()).isEqualTo(9 + 5);
      assertThat(names()).hasSize(3).contains("_manifest.json");
      assertThat(session.commit(plan, List.of(first, second))).isEqualTo(result);
      assertThat(plan.toString()).doesNotContain(ObjectStore.SECRET_KEY);
    }
    assertThat(read(source())).containsExactly(1, 2, 3, 4);
    assertThat(Files.readString(store.path(bucketName + "/out/_manifest.json")))
        .doesNotContain(ObjectStore.SECRET_KEY)
        .contains(job.toString());
  }

  @Test
  void refusesToCreateAFolderThatHasFiles() throws Exception {
    export(WriteMode.CREATE, 1);
    assertThatThrownBy(() -> export(WriteMode.CREATE, 2))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The folder " + uri() + " is not empty");
    assertThat(read(source())).containsExactly(1);
  }

  @Test
  void appendsAndOverwrites() throws Exception {
    export(WriteMode.APPEND, 1, 2);
    export(WriteMode.APPEND, 3);
    assertThat(read(source())).containsExactlyInAnyOrder(1, 2, 3);
    export(WriteMode.OVERWRITE, 4);
    assertThat(read(source())).containsExactly(4);
    assertThat(names()).as("files of the folder").hasSize(2);
    export(WriteMode.APPEND, 5);
    assertThat(read(source())).containsExactlyInAnyOrder(4, 5);
  }

  @Test
  void overwritesNoFolderWithFilesOfOthers() throws Exception {
    export(WriteMode.CREATE, 1);
    Files.writeString(store.path(bucketName + "/out/notes.txt"), "mine");
    assertThatThrownBy(() -> export(WriteMode.OVERWRITE, 2))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it contains notes.txt, which does not belong to an export");
    Files.delete(store.path(bucketName + "/out/notes.txt"));
    Files.createDirectories(store.path(bucketName + "/out/sub"));
    Files.writeString(store.path(bucketName + "/out/sub/a.txt"), "mine");
    assertThatThrownBy(() -> export(WriteMode.OVERWRITE, 2)).hasMessageContaining("contains sub/");
    assertThat(read(source())).containsExactly(1);
  }

  @Test
  void commitsOneOfTwoExportsThatCreateAFolder() throws Exception {
    try (FolderTargetSession one = session(WriteMode.CREATE);
        FolderTargetSession other = session(WriteMode.CREATE)) {
      TargetPlan first = one.plan(LineFormat.export(UUID.randomUUID()));
      TargetPlan second = other.plan(LineFormat.export(UUID.randomUUID()));
      TaskOutput ones = LineFormat.write(one, first, 0, 1, 2);
      TaskOutput others = LineFormat.write(other, second, 0, 7);
      one.commit(first, List.of(ones));
      assertThatThrownBy(() -> other.commit(second, List.of(others)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is not empty");
      assertThat(other.clean(second, List.of())).isEqualTo(1);
    }
    assertThat(read(source())).containsExactly(1, 2);
    assertThat(names()).hasSize(2);
  }

  /** Both look before either writes, and both writes are accepted. */
  @Test
  void commitsOneOfTwoExportsThoughTheStoreIgnoresPreconditions() throws Exception {
    Path objects = Files.createDirectory(folder.resolve("open"));
    try (ObjectStore open = ObjectStore.startOpen(objects);
        FaultyLink link = FaultyLink.to(open).ignoringConditions()) {
      open.bucket(bucketName);
      endpoint = link.endpoint();
      ExecutorService pool = Executors.newFixedThreadPool(2);
      List<Integer> committed = new ArrayList<>();
      List<Throwable> refused = new ArrayList<>();
      try {
        List<Future<Integer>> exports = new ArrayList<>();
        for (int id = 1; id <= 2; id++) {
          int written = id;
          exports.add(
              pool.submit(
                  () -> {
                    export(WriteMode.CREATE, written);
                    return written;
                  }));
        }
        for (Future<Integer> each : exports) {
          try {
            committed.add(each.get());
          } catch (ExecutionException e) {
            refused.add(e.getCause());
          }
        }
      } finally {
        pool.shutdown();
      }
      assertThat(refused)
          .singleElement()
          .asInstanceOf(InstanceOfAssertFactories.throwable(StorageException.class))
          .hasMessageContaining("is not empty");
      assertThat(read(source())).isEqualTo(committed);
    }
  }

  @Test
  void writesAnObjectOnlyIfItIsAsExpected() throws Exception {
    String location = store.bucket(bucketName) + "/_manifest.json";
    try (FileStores stores = new FileStores(new StorageProperties(store.properties()))) {
      ObjectFiles objects = stores.objects(location);
      assertThat(objects.write(location, "one", null)).isTrue();
      assertThat(objects.write(location, "two", null)).as("it exists").isFalse();
      String version = objects.read(location).version();
      assertThat(objects.write(location, "three", version)).isTrue();
      assertThat(objects.write(location, "four", version)).as("it has changed").isFalse();
      assertThat(objects.text(location)).isEqualTo("three");
      objects.delete(List.of(location));
      assertThat(objects.write(location, "five", version)).as("it is gone").isFalse();
      assertThat(objects.find(location)).isEmpty();
    }
  }

  /**
   * S3Proxy checks a precondition before it writes, so that the link keeps others out meanwhile.
   */
  @Test
  void commitsAllOfManyAppendsAtTheSameMoment() throws Exception {
    try (FaultyLink link = FaultyLink.to(store).oneAtATime("PUT", "_manifest.json")) {
      endpoint = link.endpoint();
      commitsManyAppends();
    }
  }

  @Test
  void exportsAndImportsThroughAStoreThatThrottles() throws Exception {
    try (FaultyLink link = FaultyLink.to(store).refusingEvery(3)) {
      endpoint = link.endpoint();
      export(WriteMode.CREATE, 1, 2, 3);
      export(WriteMode.APPEND, 4);
      assertThat(read(source())).containsExactlyInAnyOrder(1, 2, 3, 4);
      assertThat(link.refused()).as("requests answered with 503").isPositive();
    }
  }

  private void commitsManyAppends() throws Exception {
    export(WriteMode.CREATE, 0);
    List<Callable<Integer>> exports = new ArrayList<>();
    List<Integer> expected = new ArrayList<>(List.of(0));
    for (int i = 1; i <= 6; i++) {
      int id = 100 + i;
      expected.add(id);
      exports.add(
          () -> {
            export(WriteMode.APPEND, id);
            return id;
          });
    }
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      for (Future<Integer> each : pool.invokeAll(exports)) {
        each.get();
      }
    } finally {
      pool.shutdown();
    }
    assertThat(read(source())).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void completesAnOverwriteThatEndedBeforeItsDeletes() throws Exception {
    export(WriteMode.CREATE, 1, 2);
    List<String> before = names();
    Map<String, byte[]> old = new HashMap<>();
    for (String name : before) {
      if (name.startsWith("part-")) {
        old.put(name, Files.readAllBytes(store.path(bucketName + "/out/" + name)));
      }
    }
    export(WriteMode.OVERWRITE, 3);
    for (Map.Entry<String, byte[]> each : old.entrySet()) {
      Files.write(store.path(bucketName + "/out/" + each.getKey()), each.getValue());
    }
    assertThat(read(source())).containsExactly(3);
    export(WriteMode.APPEND, 4);
    assertThat(read(source())).containsExactlyInAnyOrder(3, 4);
    assertThat(names()).doesNotContainAnyElementsOf(old.keySet());
  }

  @Test
  void deletesTheFilesOfTwoOverwritesThatEndedBeforeTheirDeletes() throws Exception {
    Map<String, byte[]> old = new HashMap<>();
    for (int id = 1; id <= 3; id++) {
      export(id == 1 ? WriteMode.CREATE : WriteMode.OVERWRITE, id);
      for (Map.Entry<String, byte[]> each : old.entrySet()) {
        Files.write(store.path(bucketName + "/out/" + each.getKey()), each.getValue());
      }
      for (String name : names()) {
        if (name.startsWith("part-")) {
          old.put(name, Files.readAllBytes(store.path(bucketName + "/out/" + name)));
        }
      }
    }
    assertThat(names()).as("files of three exports, and the manifest").hasSize(4);
    assertThat(read(source())).containsExactly(3);
    export(WriteMode.APPEND, 4);
    assertThat(names()).as("files of two exports, and the manifest").hasSize(3);
    assertThat(read(source())).containsExactlyInAnyOrder(3, 4);
  }

  @Test
  void refusesFilesOfAnExportThatIsNotComplete() throws Exception {
    String file;
    try (FolderTargetSession session = session(WriteMode.CREATE)) {
      TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
      file = fileName(LineFormat.write(session, plan, 0, 1, 2));
    }
    for (String each : List.of("/out", "/out/*.txt", "/**.txt")) {
      assertThatThrownBy(() -> read(at("s3://" + bucketName + each)))
          .as(each)
          .isInstanceOf(StorageException.class)
          .hasMessage(
              uri()
                  + " has files of an export that is not complete, because it has no"
                  + " _manifest.json: wait for the export or resume it. To import the files as they"
                  + " are, give each of them");
    }
    assertThat(read(at(uri() + "/" + file))).containsExactly(1, 2);
  }

  @Test
  void cleansWhereUploadsCannotBeListed() throws Exception {
    try (FaultyLink link = FaultyLink.to(store).refusing("?uploads")) {
      endpoint = link.endpoint();
      try (FolderTargetSession session = session(WriteMode.CREATE)) {
        TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
        LineFormat.write(session, plan, 0, 1);
        assertThat(session.clean(plan, List.of())).isEqualTo(1);
        assertThat(names()).isEmpty();
        session.commit(plan, List.of(LineFormat.write(session, plan, 0, 2)));
      }
      assertThat(link.refused()).isPositive();
    }
    assertThat(read(source().withStorage(store.properties()))).containsExactly(2);
  }

  @Test
  void resumesInAnotherSessionAndRemovesLeftovers() throws Exception {
    UUID job = UUID.randomUUID();
    TargetPlan plan;
    TaskOutput kept;
    try (FolderTargetSession session = session(WriteMode.CREATE)) {
      plan = session.plan(LineFormat.export(job));
      kept = LineFormat.write(session, plan, 0, 1, 2);
      LineFormat.write(session, plan, 1, 3);
    }
    assertThat(names()).hasSize(2);
    try (FolderTargetSession session = session(WriteMode.CREATE)) {
      TargetPlan resumed = session.resume(plan, LineFormat.export(job));
      assertThat(session.damaged(resumed, List.of(kept))).isEmpty();
      assertThat(session.clean(resumed, List.of(kept))).isEqualTo(1);
      assertThat(names()).hasSize(1);
      TaskOutput again = LineFormat.write(session, resumed, 1, 3);
      Files.delete(store.path(bucketName + "/out/" + fileName(again)));
      assertThat(session.damaged(resumed, List.of(kept, again))).containsExactly(again);
      TaskOutput third = LineFormat.write(session, resumed, 1, 3);
      session.commit(resumed, List.of(kept, third));
    }
    assertThat(read(source())).containsExactly(1, 2, 3);
  }

  @Test
  void deletesTheFileOfAnAbandonedTask() throws Exception {
    try (FolderTargetSession session = session(WriteMode.CREATE)) {
      TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
      try (TaskWriter writer = session.openTask(plan, LineFormat.COLUMNS, 0)) {
        ByteBuffer value = ByteBuffer.allocate(4).putInt(0, 1);
        writer.write(column -> value);
      }
      assertThat(names()).isEmpty();
    }
  }

  @Test
  void writesFilesInPartsAndEndsUploadsThatWereNotCompleted() throws Exception {
    UUID job = UUID.randomUUID();
    TargetPlan plan;
    FolderTargetSession killed = session(WriteMode.CREATE);
    try {
      plan = killed.plan(LineFormat.export(job));
      // As after a kill, nothing ends this writer.
      TaskWriter writer = killed.openTask(plan, LineFormat.COLUMNS, 0);
      for (int id : MANY) {
        ByteBuffer value = ByteBuffer.allocate(4).putInt(0, id);
        writer.write(column -> value);
      }
      for (int i = 0; uploads().isEmpty() && i < 300; i++) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      assertThat(uploads()).as("unfinished uploads").hasSize(1);
      assertThat(names()).isEmpty();
      try (FolderTargetSession session = session(WriteMode.CREATE)) {
        TargetPlan resumed = session.resume(plan, LineFormat.export(job));
        assertThat(session.clean(resumed, List.of())).isEqualTo(1);
        assertThat(uploads()).isEmpty();
        session.commit(resumed, List.of(LineFormat.write(session, resumed, 0, MANY)));
      }
    } finally {
      killed.close();
    }
    assertThat(uploads()).isEmpty();
    assertThat(names()).hasSize(2);
    assertThat(read(source()).stream().mapToInt(id -> id).toArray()).isEqualTo(MANY);
  }

  @Test
  void leavesNeitherAnObjectNorAnUploadOfAFileOfWhichAPartIsRefused() throws Exception {
    try (FaultyLink link = FaultyLink.to(store).refusing("partNumber=2")) {
      endpoint = link.endpoint();
      try (FolderTargetSession session = session(WriteMode.CREATE)) {
        TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
        assertThatThrownBy(() -> LineFormat.write(session, plan, 0, MANY))
            .isInstanceOf(StorageException.class)
            .hasMessageStartingWith("Writing to " + uri() + " failed: the store throttles");
      }
    }
    assertThat(uploads()).isEmpty();
    assertThat(names()).isEmpty();
  }

  private List<String> uploads() {
    try (S3FileIO io = new S3FileIO()) {
      io.initialize(store.properties());
      return io
          .client()
          .listMultipartUploads(it -> it.bucket(bucketName).prefix("out/"))
          .uploads()
          .stream()
          .map(MultipartUpload::key)
          .toList();
    }
  }

  @Test
  void readsMoreFilesThanOnePageOfAListing() throws Exception {
    Path objects = Files.createDirectories(store.path(bucketName + "/many"));
    for (int i = 0; i < 1_050; i++) {
      Files.writeString(objects.resolve(String.format("%05d.txt", i)), "id\n" + i + "\n");
    }
    SourceLocation all =
        SourceLocation.at("s3://" + bucketName + "/many").withStorage(store.properties());
    try (FolderSourceSession session = new FolderSourceSession(all, new LineFormat())) {
      SourcePlan plan = session.plan(LineFormat.TABLE, List.of(), OptionalInt.empty());
      assertThat(plan.tasks()).hasSize(1_050);
      SourceTask last = plan.tasks().get(1_049);
      assertThat(last.parts().get(0)).contains("01049.txt");
      assertThat(rows(session, plan, last)).containsExactly(1_049);
    }
  }

  @Test
  void findsObjectsByGlobsAndLists() throws Exception {
    put("data/2026-01/a.txt", "id\n1\n");
    put("data/2026-02/b.txt", "id\n2\n");
    put("data/2026-02/c.lines", "id\n3\n");
    put("data/2026-02/_skipped.txt", "id\n4\n");
    put("data/.hidden/d.txt", "id\n5\n");
    put("data/deep/er/e.txt", "id\n6\n");
    String root = "s3://" + bucketName;
    assertThat(read(at(root + "/data/2026-*/*.txt"))).containsExactly(1, 2);
    assertThat(read(at(root + "/data/2026-02/?.{txt,lines}"))).containsExactly(2, 3);
    assertThat(read(at(root + "/data/**.txt"))).containsExactly(1, 2, 6);
    assertThat(read(at(root + "/data/2026-02/b.txt"))).containsExactly(2);
    assertThat(read(at(root + "/data/2026-02"))).containsExactly(2, 3);
    assertThat(read(at(root + "/data/2026-02/"))).containsExactly(2, 3);
    Path local = Files.writeString(folder.resolve("local" + bucketName + ".txt"), "id\n9\n");
    assertThat(
            read(
                SourceLocation.at(
                        List.of(local.toString(), root + "/data/2026-01", local.toUri().toString()))
                    .withStorage(store.properties())))
        .containsExactly(9, 1);
    assertThatThrownBy(() -> read(at(root + "/data/*.none")))
        .hasMessage("No file matches " + root + "/data/*.none");
    assertThatThrownBy(() -> read(at(root + "/none"))).hasMessage(root + "/none does not exist");
  }

  /** The client of S3 ends names there, so that it would read and delete the object {@code a}. */
  @ParameterizedTest
  @ValueSource(strings = {"a#1.txt", "a?1.txt"})
  void refusesObjectsWhoseNamesTheClientCuts(String name) throws Exception {
    put("in/a", "id\n1\n");
    Files.writeString(store.path(bucketName + "/in/" + name), "id\n2\n");
    String root = store.bucket(bucketName);
    String object = root + "/in/" + name;
    String reason =
        "the name of "
            + object
            + " contains '#' or '?', where clients of object stores end the name: copy the objects"
            + " to another name";
    for (String each : List.of("/in", "/in/*.txt", "/**", "/in/a[?#]1.txt", "/in/a?1.txt")) {
      assertThatThrownBy(() -> read(at(root + each.replace("[?#]", "[" + name.charAt(1) + "]"))))
          .as(each)
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("clients of object stores end the name");
    }
    assertThatThrownBy(() -> read(at(root + "/in"))).hasMessageContaining(reason);
    URI uri = new URI("s3", bucketName, "/in/" + name, null, null);
    assertThatThrownBy(() -> SourceLocation.at(uri))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("in its name, where clients of object stores end the name");
    assertThatThrownBy(() -> TargetFolder.of(uri, Compression.NONE))
        .isInstanceOf(InvalidSettingException.class);
    try (FileStores stores = new FileStores(new StorageProperties(store.properties()))) {
      ObjectFiles objects = stores.objects(object);
      assertThatThrownBy(() -> objects.delete(List.of(object))).hasMessage(reason);
      assertThatThrownBy(() -> objects.create(object)).hasMessage(reason);
      assertThatThrownBy(() -> objects.open(object, 0)).hasMessage(reason);
    }
    assertThat(read(at(root + "/in/a"))).containsExactly(1);
  }

  @Test
  void noticesAnObjectThatChangedAfterThePlan() throws Exception {
    put("in/a.txt", "id\n1\n");
    try (FolderSourceSession session =
        new FolderSourceSession(at("s3://" + bucketName + "/in"), new LineFormat())) {
      SourcePlan plan =
          session.pinned(session.plan(LineFormat.TABLE, List.of(), OptionalInt.empty()));
      put("in/a.txt", "id\n2\n");
      assertThatThrownBy(() -> rows(session, plan, plan.tasks().get(0)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("/in/a.txt has changed since the import was planned");
      Files.delete(store.path(bucketName + "/in/a.txt"));
      assertThatThrownBy(() -> rows(session, plan, plan.tasks().get(0)))
          .hasMessageContaining("/in/a.txt was deleted since the import was planned");
    }
  }

  @Test
  void verifiesChecksumsOfTheManifest() throws Exception {
    export(WriteMode.CREATE, 1, 2);
    String part =
        names().stream().filter(name -> name.startsWith("part-")).findFirst().orElseThrow();
    put("out/" + part, "id\n1\n3\n");
    assertThatThrownBy(() -> read(source())).hasMessageContaining(part + " is damaged");
    assertThat(read(source().withoutChecksums())).containsExactly(1, 3);
  }

  @Test
  void downloadsAnObjectForItsChecksumOnlyIfItIsNoLongerTheOneThatWasWritten() throws Exception {
    String second;
    try (FolderTargetSession session = session(WriteMode.CREATE)) {
      TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
      TaskOutput last = LineFormat.write(session, plan, 1, 3, 4);
      second = fileName(last);
      session.commit(plan, List.of(LineFormat.write(session, plan, 0, 1, 2), last));
    }
    assertThat(read(source())).containsExactly(1, 2, 3, 4);
    try (FaultyLink link = FaultyLink.to(store)) {
      endpoint = link.endpoint();
      assertThat(read(source())).containsExactly(1, 2, 3, 4);
      assertThat(link.requests("GET", second)).as("downloads").isEqualTo(1);
    }
    // As a copy has it: the same content with another entity tag.
    Path manifest = store.path(bucketName + "/out/_manifest.json");
    put(
        "out/_manifest.json",
        Files.readString(manifest)
            .replaceAll("\"version\" : \"[^,}]*\"\\n", "\"version\" : \"other\"\n"));
    assertThat(Files.readString(manifest)).contains("\"version\" : \"other\"");
    try (FaultyLink link = FaultyLink.to(store)) {
      endpoint = link.endpoint();
      assertThat(read(source())).containsExactly(1, 2, 3, 4);
      assertThat(link.requests("GET", second)).as("downloads").isEqualTo(2);
    }
  }

  @Test
  void followsAFolder() throws Exception {
    put("in/a.txt", "id\n1\n");
    GrowingFiles growing = new GrowingFiles(at("s3://" + bucketName + "/in"), new LineFormat());
    String first = growing.position("");
    put("in/b.txt", "id\n2\n");
    String second = growing.position(first);
    assertThat(read(growing.between("", first))).containsExactly(1);
    assertThat(read(growing.between(first, second))).containsExactly(2);
  }

  @Test
  void explainsMissingBucketsWrongKeysAndStoresThatAreDown() throws Exception {
    assertRefusal(
        URI.create("s3://nobucket/out"),
        store.properties(),
        "The folder s3://nobucket/out cannot be written to: the bucket does not exist");
    Map<String, String> wrong = with("s3.secret-access-key", "wrong");
    assertRefusal(uri(), wrong, "cannot be written to: the secret key is wrong");
    Map<String, String> down = new HashMap<>(with("s3.endpoint", "http://127.0.0.1:1"));
    down.put("s3.retry.num-retries", "1");
    assertRefusal(uri(), down, "cannot be written to: nothing answers there");
    assertThatThrownBy(() -> read(SourceLocation.at(uri()).withStorage(wrong)))
        .hasMessageContaining("cannot be read: the secret key is wrong");
    assertThatThrownBy(() -> TargetFolder.of(URI.create("ftp://host/x"), Compression.NONE))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("the schemes are s3, s3a, s3n, gs, abfss, abfs, wasbs, wasb, hdfs");
    assertThatThrownBy(() -> TargetFolder.of(URI.create("s3:///x"), Compression.NONE))
        .hasMessageContaining("which has no bucket");
    assertRefusal(
        URI.create("gs://bucket/out"),
        Map.of(),
        "gs://bucket/out cannot be opened because org.apache.iceberg.gcp.gcs.GCSFileIO is missing:"
            + " add org.apache.iceberg:iceberg-gcp");
    assertRefusal(URI.create("abfss://c@a.dfs.core.windows.net/out"), Map.of(), "iceberg-azure");
    assertRefusal(URI.create("hdfs://host/out"), Map.of(), "org.apache.hadoop:hadoop-client");
    assertThat(store.path("nobucket")).doesNotExist();
  }

  @Test
  void aFileUriIsALocalFolder() throws Exception {
    Path local = folder.resolve("local" + bucketName);
    TargetFolder target = TargetFolder.of(local.toUri(), Compression.NONE);
    try (FolderTargetSession session = new FolderTargetSession(target, new LineFormat())) {
      TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
      session.commit(plan, List.of(LineFormat.write(session, plan, 0, 1)));
    }
    assertThat(local.resolve("_manifest.json")).exists();
    assertThat(read(SourceLocation.at(local.toUri()))).containsExactly(1);
  }

  private void assertRefusal(URI uri, Map<String, String> properties, String message) {
    assertThatThrownBy(
            () -> {
              try (FolderTargetSession session =
                  new FolderTargetSession(
                      TargetFolder.of(uri, Compression.NONE).withStorage(properties),
                      new LineFormat())) {
                session.plan(LineFormat.export(UUID.randomUUID()));
              }
            })
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining(message);
  }

  private Map<String, String> properties() {
    Map<String, String> properties = with("s3.endpoint", endpoint);
    properties.put("s3.retry.min-wait-ms", "20");
    properties.put("s3.retry.max-wait-ms", "200");
    properties.put("s3.multipart.part-size-bytes", Integer.toString(5 << 20)); // the least of S3
    return properties;
  }

  private static Map<String, String> with(String key, String value) {
    Map<String, String> properties = new HashMap<>(store.properties());
    properties.put(key, value);
    return properties;
  }

  private URI uri() throws IOException {
    return URI.create(store.bucket(bucketName) + "/out");
  }

  private SourceLocation source() throws IOException {
    return SourceLocation.at(uri()).withStorage(properties());
  }

  private static SourceLocation at(String location) {
    return SourceLocation.at(location).withStorage(store.properties());
  }

  private void put(String key, String text) throws IOException {
    String location = store.bucket(bucketName) + "/" + key;
    try (FileStores stores = new FileStores(new StorageProperties(store.properties()));
        OutputStream out = stores.objects(location).create(location)) {
      out.write(text.getBytes(UTF_8));
    }
  }

  private FolderTargetSession session(WriteMode mode) throws IOException {
    TargetFolder target =
        TargetFolder.of(uri(), Compression.NONE).withMode(mode).withStorage(properties());
    return new FolderTargetSession(target, new LineFormat());
  }

  private void export(WriteMode mode, int... ids) throws IOException {
    try (FolderTargetSession session = session(mode)) {
      TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
      session.commit(plan, List.of(LineFormat.write(session, plan, 0, ids)));
    }
  }

  private List<String> names() throws IOException {
    Path out = store.path(bucketName + "/out");
    if (!Files.isDirectory(out)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(out)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String fileName(TaskOutput output) {
    return ManifestJson.files(List.of(output)).get(0).name();
  }

  private static List<Integer> read(SourceLocation location) {
    List<Integer> ids = new ArrayList<>();
    try (FolderSourceSession session = new FolderSourceSession(location, new LineFormat())) {
      SourcePlan plan = session.plan(LineFormat.TABLE, List.of(), OptionalInt.empty());
      plan.tasks().forEach(task -> ids.addAll(rows(session, plan, task)));
    }
    return ids;
  }

  private static List<Integer> rows(FolderSourceSession session, SourcePlan plan, SourceTask task) {
    List<Integer> ids = new ArrayList<>();
    try (RowReader reader = session.open(plan, LineFormat.COLUMNS, task)) {
      for (RawRow row = reader.next(); row != null; row = reader.next()) {
        ByteBuffer value = row.bytes(0);
        ids.add(value == null ? -1 : value.getInt(0));
      }
    }
    return ids;
  }
}
