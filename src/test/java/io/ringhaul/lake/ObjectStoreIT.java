package io.ringhaul.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Iceberg's S3FileIO works with the jars that the build names. */
class ObjectStoreIT {

  @TempDir private Path folder;

  @Test
  void writesListsAndReadsObjects() throws Exception {
    try (ObjectStore store = ObjectStore.start(folder);
        FileIO io =
            CatalogUtil.loadFileIO(
                "org.apache.iceberg.aws.s3.S3FileIO", store.properties(), null)) {
      String location = store.bucket("lake") + "/a/b.txt";
      try (OutputStream out = io.newOutputFile(location).create()) {
        out.write("hello".getBytes(UTF_8));
      }
      assertThat(((SupportsPrefixOperations) io).listPrefix("s3://lake/"))
          .extracting(FileInfo::location)
          .containsExactly(location);
      try (InputStream in = io.newInputFile(location).newStream()) {
        assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("hello");
      }
      assertThat(store.path("lake/a/b.txt")).hasContent("hello");
    }
  }
}
