package io.ringhaul.internal.json;

import com.datastax.oss.driver.api.core.type.DataTypes;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds out how blobs look in files that DSBulk unloaded. One unload writes all of them in Base64,
 * its default, or all as literals, so a blob that does not begin as a literal does tells of all.
 */
final class DsbulkBlobs {

  private static final Pattern NAME = Pattern.compile("output-[0-9]+\\.json(\\..+)?");
  private static final String LITERAL = "0x";

  /** How many documents are looked at. */
  private static final int DOCUMENTS = 1_000;

  private DsbulkBlobs() {}

  /** Whether the files are DSBulk's by their names, and their blobs Base64 for certain. */
  static boolean areBase64(TableDescription table, List<SourceFile> files, JsonSettings settings)
      throws IOException {
    Set<String> blobs =
        table.columns().stream()
            .filter(column -> column.type().equals(DataTypes.BLOB))
            .map(ColumnDescription::name)
            .collect(Collectors.toSet());
    if (blobs.isEmpty() || !files.stream().allMatch(DsbulkBlobs::isNamedLikeDsbulks)) {
      return false;
    }
    for (SourceFile file : files) {
      try (JsonRecords records = new JsonRecords(file, settings)) {
        for (int i = 0; i < DOCUMENTS; i++) {
          try {
            if (!next(records)) {
              break;
            }
            if (hasBase64(records, blobs)) {
              return true;
            }
          } catch (MalformedRecordException e) {
            // It is no document, and tells nothing; whoever imports the file refuses it.
          }
        }
      }
    }
    return false;
  }

  private static boolean isNamedLikeDsbulks(SourceFile file) {
    return NAME.matcher(String.valueOf(file.path().getFileName())).matches();
  }

  private static boolean next(JsonRecords records) {
    try {
      return records.next();
    } catch (IOException e) {
      throw records.failure(e);
    }
  }

  private static boolean hasBase64(JsonRecords records, Set<String> blobs) {
    try {
      boolean found = false;
      while (records.json().nextToken() != JsonToken.END_OBJECT) {
        String name = records.json().currentName();
        JsonToken value = records.json().nextToken();
        if (value == JsonToken.VALUE_STRING && blobs.contains(name)) {
          String text = records.json().getText();
          found |= !text.isEmpty() && !text.startsWith(LITERAL);
        }
        records.json().skipChildren();
      }
      records.end();
      return found;
    } catch (IOException e) {
      throw records.failure(e);
    }
  }
}
