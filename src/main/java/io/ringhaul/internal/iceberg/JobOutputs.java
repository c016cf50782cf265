package io.ringhaul.internal.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.jackson.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;

/**
 * The files in the outputs of an export's tasks and final steps. An output has a text for each
 * file: the JSON of a data file or delete file in Iceberg's form, of a {@link RowFile}, or of a
 * data file that a final step wrote.
 *
 * <p>A final step belongs to one set of row files, because a task that ran again after its file was
 * damaged has other rows. The data files of a final step contain an id of that set. If the row
 * files are others now, the final step is outdated and does not count.
 */
final class JobOutputs {

  private static final String ROW_FILE = "row-file";
  private static final String BYTES = "bytes";
  private static final String ROWS = "rows";
  private static final String ROW_FILES_ID = "row-files-id";
  private static final String DATA_FILE = "data-file";

  private final List<DataFile> dataFiles = new ArrayList<>();
  private final List<DeleteFile> deleteFiles = new ArrayList<>();
  private final List<RowFile> rowFiles = new ArrayList<>();
  private final Map<Integer, List<DataFile>> stepFiles = new TreeMap<>();
  private final List<DataFile> outdated = new ArrayList<>();
  private final UUID rowFilesId;

  private JobOutputs(List<TaskOutput> outputs, PartitionSpec spec) {
    // Twice: the trees of all files take many times the memory of their texts.
    outputs.stream()
        .flatMap(output -> output.files().stream())
        .map(JobOutputs::read)
        .filter(file -> file.has(ROW_FILE))
        .map(JobOutputs::rowFile)
        .forEach(rowFiles::add);
    rowFilesId =
        UUID.nameUUIDFromBytes(
            rowFiles.stream()
                .map(file -> DataFileName.of(file.location()))
                .sorted()
                .collect(Collectors.joining("\n"))
                .getBytes(UTF_8));
    for (TaskOutput output : outputs) {
      for (String file : output.files()) {
        add(output.task(), read(file), spec);
      }
    }
  }

  private static JsonNode read(String file) {
    return Json.read(file, JsonNode.class, "the description of a file");
  }

  static JobOutputs of(List<TaskOutput> outputs, PartitionSpec spec) {
    return new JobOutputs(outputs, spec);
  }

  private void add(int number, JsonNode file, PartitionSpec spec) {
    if (file.has(ROW_FILES_ID)) {
      DataFile data = dataFile(file.path(DATA_FILE), spec);
      if (file.path(ROW_FILES_ID).asText().equals(rowFilesId.toString())) {
        stepFiles.computeIfAbsent(number, key -> new ArrayList<>()).add(data);
      } else {
        outdated.add(data);
      }
    } else if (!file.has(ROW_FILE)) {
      ContentFile<?> content = ContentFileParser.fromJson(file, spec);
      if (content instanceof DeleteFile deletes) {
        deleteFiles.add(deletes);
      } else {
        dataFiles.add(compact((DataFile) content, spec));
      }
    }
  }

  /** Returns the data files, except those of outdated final steps. */
  List<DataFile> dataFiles() {
    return Stream.concat(dataFiles.stream(), stepFiles.values().stream().flatMap(List::stream))
        .toList();
  }

  /** Returns the delete files of an incremental export. */
  List<DeleteFile> deleteFiles() {
    return List.copyOf(deleteFiles);
  }

  /** Returns the files that the commit adds to the table. */
  List<ContentFile<?>> contentFiles() {
    List<ContentFile<?>> files = new ArrayList<>(dataFiles());
    files.addAll(deleteFiles);
    return files;
  }

  /** Returns the row files of tasks. */
  List<RowFile> rowFiles() {
    return List.copyOf(rowFiles);
  }

  /** Returns the number of each final step that has run and is not outdated. */
  Set<Integer> stepsDone() {
    return Set.copyOf(stepFiles.keySet());
  }

  /** Returns the files that the export still needs: all except those of outdated final steps. */
  List<WholeFiles.Written> needed() {
    return Stream.concat(
            contentFiles().stream().map(WholeFiles.Written::of),
            rowFiles.stream().map(file -> new WholeFiles.Written(file.location(), file.bytes())))
        .toList();
  }

  /** Returns the locations of the data files of outdated final steps. */
  List<String> outdated() {
    return outdated.stream().map(DataFile::location).toList();
  }

  /** Returns the locations of the files that are not needed after the commit. */
  List<String> temporary() {
    return Stream.concat(rowFiles.stream().map(RowFile::location), outdated().stream()).toList();
  }

  /** Returns the locations of all files. */
  List<String> locations() {
    return Stream.concat(contentFiles().stream().map(ContentFile::location), temporary().stream())
        .toList();
  }

  /** Returns the id of the row files. */
  UUID rowFilesId() {
    return rowFilesId;
  }

  /** Returns how many rows of row files are in no data file yet. */
  long rowsWithoutDataFile() {
    return rowFiles.stream().mapToLong(RowFile::rows).sum()
        - stepFiles.values().stream().flatMap(List::stream).mapToLong(DataFile::recordCount).sum();
  }

  static String text(ContentFile<?> file, PartitionSpec spec) {
    return ContentFileParser.toJson(file, spec);
  }

  static String text(RowFile file) {
    return Json.object()
        .put(ROW_FILE, file.location())
        .put(BYTES, file.bytes())
        .put(ROWS, file.rows())
        .toString();
  }

  /** Returns the text of a data file that a final step wrote. */
  static String text(UUID rowFilesId, DataFile file, PartitionSpec spec) {
    ObjectNode node = Json.object().put(ROW_FILES_ID, rowFilesId.toString());
    node.set(DATA_FILE, Json.tree(text(file, spec)));
    return node.toString();
  }

  private static RowFile rowFile(JsonNode file) {
    return new RowFile(
        file.path(ROW_FILE).asText(), file.path(BYTES).asLong(), file.path(ROWS).asLong());
  }

  /** Parsed files have a schema of their partition each, also of no partition. */
  private static DataFile compact(DataFile parsed, PartitionSpec spec) {
    return spec.isUnpartitioned() ? DataFiles.builder(spec).copy(parsed).build() : parsed;
  }

  private static DataFile dataFile(JsonNode file, PartitionSpec spec) {
    return compact((DataFile) ContentFileParser.fromJson(file, spec), spec);
  }
}
