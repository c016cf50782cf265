package io.ringhaul.internal.iceberg;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.jackson.Json;
import java.util.List;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parses the data files in task outputs and deletes data files. */
final class DataFiles {

  private static final Logger LOG = LoggerFactory.getLogger(DataFiles.class);

  private DataFiles() {}

  static List<DataFile> of(List<TaskOutput> outputs, PartitionSpec spec) {
    return outputs.stream()
        .flatMap(output -> output.files().stream())
        .map(json -> dataFile(json, spec))
        .toList();
  }

  /** Deletes files that are in no snapshot. Logs a warning for a file that cannot be deleted. */
  static void delete(FileIO io, List<DataFile> files) {
    for (DataFile file : files) {
      try {
        io.deleteFile(file.location());
      } catch (NotFoundException e) {
        // The file was already deleted.
      } catch (RuntimeException e) {
        LOG.warn("The data file {} is in no snapshot and could not be deleted", file.location(), e);
      }
    }
  }

  private static DataFile dataFile(String json, PartitionSpec spec) {
    JsonNode description = Json.read(json, JsonNode.class, "the description of a data file");
    return (DataFile) ContentFileParser.fromJson(description, spec);
  }
}
