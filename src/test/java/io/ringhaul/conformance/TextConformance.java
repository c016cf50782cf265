package io.ringhaul.conformance;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.json.JsonSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON and CSV files of the suites nst/JSONTestSuite and max-mapper/csv-spectrum. */
class TextConformance {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  /** Reads each text as the value of a field; the record before it must always be read. */
  @Test
  void readsOrRejectsJsonAsSuiteExpects() throws IOException {
    Suite.named("JSONTestSuite").check(path -> path.startsWith("test_parsing/"), this::jsonOutcome);
  }

  /** Compares each file with the rows that the suite expects. */
  @Test
  void readsCsvFieldsAsSuiteExpects() throws IOException {
    Suite.named("csv-spectrum").check(path -> path.endsWith(".csv"), TextConformance::csvOutcome);
  }

  private String jsonOutcome(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      // The text alone is not an object with an id; reading it must only fail in a defined way.
      String raw = outcome(Files.write(folder.resolve("raw.json"), content));
      if (raw.startsWith("failed")) {
        return raw;
      }
      ByteArrayOutputStream record = new ByteArrayOutputStream();
      record.writeBytes("{\"id\":\"before\"}\n{\"id\":\"it\",\"v\":".getBytes(US_ASCII));
      record.writeBytes(content);
      record.writeBytes("}\n{\"id\":\"after\"}\n".getBytes(US_ASCII));
      return outcome(Files.write(folder.resolve("field.json"), record.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String outcome(Path file) {
    List<String> ids = new ArrayList<>();
    try {
      for (List<@Nullable ByteBuffer> row :
          Suite.rows(
              JsonSource.at(file).ignoreUnknownFields(),
              Suite.texts(List.of("id")),
              List.of("id"))) {
        ids.add(row == null ? "" : text(row.get(0)));
      }
    } catch (BulkOperationException e) {
      // Keeps the rows read before the error, like an import that ends with the error.
    } catch (RuntimeException e) {
      return "failed: " + e;
    }
    return ids.contains("it") ? "read" : "rejected";
  }

  private static String csvOutcome(Path file) {
    try {
      Path json =
          file.resolveSibling("../json/" + file.getFileName().toString().replace(".csv", ".json"));
      List<LinkedHashMap<String, String>> expected =
          JSON.readerFor(new TypeReference<List<LinkedHashMap<String, String>>>() {})
              .with(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
              .readValue(json.toFile());
      List<String> columns = List.copyOf(expected.get(0).keySet());
      List<List<String>> rows = new ArrayList<>();
      for (List<@Nullable ByteBuffer> row :
          Suite.rows(CsvSource.at(file), Suite.texts(columns), columns)) {
        rows.add(row == null ? List.of() : row.stream().map(TextConformance::text).toList());
      }
      int equal = 0;
      for (int i = 0; i < Math.min(rows.size(), expected.size()); i++) {
        equal += rows.get(i).equals(List.copyOf(expected.get(i).values())) ? 1 : 0;
      }
      return String.format(
          "%d rows, %d of %d as in the suite", rows.size(), equal, expected.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Maps empty texts to null: Ringhaul reads an empty field as null, the suite as an empty text.
   */
  private static String text(@Nullable ByteBuffer value) {
    return value == null ? "" : UTF_8.decode(value.duplicate()).toString();
  }
}
