package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.format.WriteMode;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Exports to streams and imports from streams of the caller. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamIT {

  private static final int ROWS = 3_000;

  private final TokenAwareBulkOperator operator =
      TokenAwareBulkOperator.over(TestCluster.session());
  private final String keyspace = ValuesTable.create("copy", ROWS, row -> "v" + row);

  @BeforeEach
  void empty() {
    TestCluster.session().execute("TRUNCATE " + keyspace + ".copy");
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void streamHasOneHeaderAndWholeRowsOfAllTasks() {
    OwnedOutput out = new OwnedOutput();
    ExportResult result =
        operator.export(keyspace, "t").to(CsvTarget.to(out)).taskCount(40).execute();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines.get(0)).isEqualTo("id,v");
    Set<String> expected = new HashSet<>();
    IntStream.range(0, ROWS).forEach(id -> expected.add(id + ",v" + id));
    assertThat(lines.subList(1, lines.size())).hasSize(ROWS).hasSameElementsAs(expected);
    assertThat(out.isClosed).isFalse();
    assertThat(result.totals().rows()).isEqualTo(ROWS);
    assertThat(result.files()).isOne();
    assertThat(result.fileBytes()).isEqualTo(out.size());
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void compressedStreamIsReadBack(Compression compression) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    operator.export(keyspace, "t").to(JsonTarget.to(out).compression(compression)).execute();
    ImportResult result =
        operator
            .importInto(keyspace, "copy")
            .from(JsonSource.of(new Trickle(out.toByteArray())).compression(compression))
            .execute();
    assertThat(result.totals().rows()).isEqualTo(ROWS);
    assertThat(count("copy")).isEqualTo(ROWS);
  }

  @Test
  void emptyTableIsHeaderOrEmptyArray() {
    ByteArrayOutputStream csv = new ByteArrayOutputStream();
    operator.export(keyspace, "copy").to(CsvTarget.to(csv)).execute();
    assertThat(csv).hasToString("id,v\n");
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    operator.export(keyspace, "copy").to(JsonTarget.to(json).singleArray()).execute();
    assertThat(json).hasToString("[\n]\n");
  }

  @Test
  void failureOfStreamEndsExport() {
    OutputStream full =
        new OutputStream() {
          private int left = 10_000;

          @Override
          public void write(int value) throws IOException {
            if (left-- == 0) {
              throw new IOException("no more room here");
            }
          }
        };
    assertThatThrownBy(
            () -> operator.export(keyspace, "t").to(CsvTarget.to(full)).taskCount(40).execute())
        .isInstanceOf(StorageException.class)
        .hasMessage("Writing to the output stream failed: no more room here");
  }

  @Test
  void maxRowsHoldsForStream() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    operator.export(keyspace, "t").to(CsvTarget.to(out)).maxRows(7).execute();
    assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(8);
  }

  static Stream<Function<InputStream, ImportSource>> sources() {
    return Stream.of(CsvSource::of, JsonSource::of);
  }

  @ParameterizedTest
  @MethodSource("sources")
  void streamIsReadOnce(Function<InputStream, ImportSource> sources) {
    ImportSource source =
        sources.apply(
            bytes(sources.apply(bytes("")) instanceof CsvSource ? "id,v\n1,a\n" : "{\"id\":1}"));
    operator.importInto(keyspace, "copy").from(source).execute();
    assertThatThrownBy(() -> operator.importInto(keyspace, "copy").from(source).execute())
        .isInstanceOf(StorageException.class)
        .hasMessage("The rows of the input stream have been read, and a stream is read once");
  }

  @Test
  void rowsThatTheClusterRefusesAreRejected(@TempDir Path folder) throws IOException {
    TestCluster.define("CREATE TABLE " + keyspace + ".words (id text PRIMARY KEY, v int)");
    String large = "x".repeat(70_000);
    Path rejects = folder.resolve("rejects.jsonl");
    ImportResult result =
        operator
            .importInto(keyspace, "words")
            .from(CsvSource.of(bytes("id,v\nfirst,1\n" + large + ",2\nlast,3\n")))
            .onUnrepresentable(OnUnrepresentable.REJECT)
            .rejectsTo(rejects)
            .execute();
    assertThat(result.rows()).isEqualTo(2);
    assertThat(result.rejectedRows()).isOne();
    assertThat(Files.readString(rejects)).contains("The cluster refuses the row");
    assertThat(count("words")).isEqualTo(2);
  }

  @Test
  void dryRunReadsStream() {
    ImportResult result =
        operator
            .importInto(keyspace, "copy")
            .from(CsvSource.of(bytes("id,v\n1,a\n2,b\n")))
            .dryRun()
            .execute();
    assertThat(result.acceptedRows()).isEqualTo(2);
    assertThat(count("copy")).isZero();
  }

  @Test
  void refusesWhatStreamCannotHave() {
    ExportTarget target = CsvTarget.to(new ByteArrayOutputStream());
    ImportSource source = CsvSource.of(bytes("id,v\n1,a\n"));
    JobOptions job = JobOptions.in(JobStore.inMemory());
    assertRefused(
        () -> operator.export(keyspace, "t").to(target).job(job).execute(), "takes no job(...)");
    assertRefused(
        () -> operator.export(keyspace, "t").to(target).maxDiskBytes(1).execute(), "is for files");
    assertRefused(
        () -> operator.importInto(keyspace, "copy").from(source).job(job).execute(),
        "takes no job(...)");
    assertRefused(
        () -> operator.importInto(keyspace, "copy").from(source).follow(),
        "follow does not go with a stream");
    assertRefused(
        () -> JsonTarget.to(new ByteArrayOutputStream()).mode(WriteMode.APPEND), "is for a folder");
    assertRefused(
        () -> JsonTarget.to(new ByteArrayOutputStream()).maxFileSize(1), "is for a folder");
    assertThat(count("copy")).isZero();
  }

  private static void assertRefused(ThrowingCallable request, String message) {
    assertThatThrownBy(request)
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(message);
  }

  private long count(String table) {
    return operator.count(keyspace, table).execute().totals().rows();
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Tells whether it was closed. */
  private static final class OwnedOutput extends ByteArrayOutputStream {
    private boolean isClosed;

    @Override
    public void close() {
      isClosed = true;
    }
  }

  /** Returns a few bytes at a time, as a slow pipe does. */
  private static final class Trickle extends ByteArrayInputStream {

    private static final int MOST = 61;

    Trickle(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) {
      return super.read(target, offset, Math.min(MOST, length));
    }
  }
}
