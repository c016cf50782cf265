package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

class ParquetWritesTest {

  private static final Schema SCHEMA =
      new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

  @Test
  void loadsNoConfigurationFileAndRestoresContextClassLoader() throws Exception {
    List<String> asked = new ArrayList<>();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[0], before) {
          @Override
          public URL getResource(String name) {
            asked.add(name);
            return super.getResource(name);
          }
        }) {
      Thread.currentThread().setContextClassLoader(loader);
      InMemoryOutputFile file = new InMemoryOutputFile();
      try (FileAppender<Record> appender =
          ParquetWrites.to(file)
              .schema(SCHEMA)
              .set("write.parquet.compression-codec", "gzip")
              .createWriterFunc(GenericParquetWriter::create)
              .build()) {
        Record row = GenericRecord.create(SCHEMA);
        row.setField("id", 7L);
        appender.add(row);
      }
      assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
      assertThat(asked).noneMatch(name -> name.endsWith(".xml"));
      assertThat(new String(file.toByteArray(), StandardCharsets.ISO_8859_1))
          .startsWith("PAR1")
          .endsWith("PAR1");
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
