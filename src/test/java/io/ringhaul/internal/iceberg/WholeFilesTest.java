package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.InputFile;
import org.junit.jupiter.api.Test;

class WholeFilesTest {

  private static final int FILES = 100;

  private final AtomicInteger requests = new AtomicInteger();
  private final InMemoryFileIO io =
      new InMemoryFileIO() {
        @Override
        public InputFile newInputFile(String location) {
          InputFile file = super.newInputFile(location);
          // Counts the calls that send a request to an object store.
          return new InMemoryInputFile(location, new byte[0]) {
            @Override
            public long getLength() {
              requests.incrementAndGet();
              return file.getLength();
            }

            @Override
            public boolean exists() {
              requests.incrementAndGet();
              return file.exists();
            }
          };
        }
      };

  @Test
  void sendsOneRequestForEachFile() {
    assertThat(new WholeFiles(io).damages(written(files()))).isEmpty();
    assertThat(requests).hasValue(FILES);
  }

  @Test
  void reportsMissingAndTruncatedFiles() {
    List<DataFile> files = files();
    io.deleteFile(files.get(70).location());
    io.deleteFile(files.get(7).location());
    io.addFile(files.get(7).location(), new byte[6]);
    assertThat(new WholeFiles(io).damages(written(files)))
        .map(WholeFiles.Damage::toString)
        .containsExactly(
            "memory/data/107.parquet has 6 bytes, but 107 were written",
            "memory/data/170.parquet is missing");
  }

  private static List<WholeFiles.Written> written(List<DataFile> files) {
    return files.stream().map(WholeFiles.Written::of).toList();
  }

  private List<DataFile> files() {
    List<DataFile> files = new ArrayList<>();
    for (int i = 100; i < 100 + FILES; i++) {
      String location = "memory/data/" + i + ".parquet";
      io.addFile(location, new byte[i]);
      files.add(
          org.apache.iceberg.DataFiles.builder(PartitionSpec.unpartitioned())
              .withPath(location)
              .withFormat(FileFormat.PARQUET)
              .withFileSizeInBytes(i)
              .withRecordCount(1)
              .build());
    }
    return files;
  }
}
