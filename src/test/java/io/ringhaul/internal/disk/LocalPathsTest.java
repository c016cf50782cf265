package io.ringhaul.internal.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.job.JobStore;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All settings reject paths that are not on the local disk. */
class LocalPathsTest {

  private static final String SUPPORTED =
      "only paths on the local disk are supported. CSV, JSON and Parquet files in an object store"
          + " are given by their URI, Iceberg tables there by their catalog";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://bucket/wh",
        "S3A://bucket/wh",
        "gs://bucket",
        "abfss://container@account/x",
        "hdfs:///data",
        "https://example.com/x.csv",
        "s3:/bucket",
        "s3:",
        "s3://bucket/*.csv"
      })
  void rejectsPathWithScheme(String text) {
    String scheme = text.substring(0, text.indexOf(':')).toLowerCase(java.util.Locale.ROOT);
    assertThatThrownBy(() -> LocalPaths.requireText("folder", text))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith(
            "folder is '" + text + "', which has the scheme " + scheme + ": " + SUPPORTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///data/x", "file:/data/x", "FILE:///x"})
  void rejectsFileUri(String text) {
    assertThatThrownBy(() -> LocalPaths.requireText("folder", text))
        .hasMessage(
            "folder is '" + text + "', which is a URI: give the path itself, without file:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a:b",
        "a:b/c",
        "2026-01-31T10:00:00/x",
        "C:\\data",
        "C:/data",
        "/data/s3:/bucket",
        "./s3:/bucket",
        "x/s3://y",
        "--",
        "./-"
      })
  void acceptsLocalNameWithColon(String text) {
    assertThat(LocalPaths.requireText("folder", text)).isEqualTo(text);
  }

  @ParameterizedTest
  @MethodSource("takers")
  void rejectsPathsOutsideLocalDisk(Function<Path, Object> taker) throws IOException {
    assertThatThrownBy(() -> taker.apply(Path.of("s3://bucket/wh")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(" is 's3:/bucket/wh', which has the scheme s3: " + SUPPORTED);
    assertThatThrownBy(() -> taker.apply(Path.of("-")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageEndingWith(
            " is '-', which stands for standard input or output: give a folder or a file on the"
                + " local disk");
    Path zip = folder.resolve("a.zip");
    try (FileSystem inZip = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      assertThatThrownBy(() -> taker.apply(inZip.getPath("/nio/csv")))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining(" is /nio/csv of the file system 'jar'; " + SUPPORTED);
    }
  }

  static Function<?, ?>[] takers() {
    return new Function<?, ?>[] {
      (Function<Path, Object>) CsvTarget::folder,
      (Function<Path, Object>) JsonTarget::folder,
      (Function<Path, Object>) ParquetTarget::folder,
      (Function<Path, Object>) IcebergTarget::warehouse,
      (Function<Path, Object>) CsvSource::at,
      (Function<Path, Object>) JsonSource::at,
      (Function<Path, Object>) ParquetSource::at,
      (Function<Path, Object>) IcebergSource::warehouse,
      (Function<Path, Object>) RejectSettings.DEFAULT::withPath,
      (Function<Path, Object>) JobStore::file,
      (Function<Path, Object>) path -> SandboxCluster.builder().directory(path)
    };
  }
}
