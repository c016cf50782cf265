package io.ringhaul.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first document of a file, which shows what its documents hold. */
final class FirstDocument {

  /** How many records are looked at for one that is a document. */
  private static final int GREATEST_LOOK = 1_000;

  private FirstDocument() {}

  /**
   * The names of its fields; none if the file is empty.
   *
   * @param records at the start of the file
   * @param most how many there may be
   * @throws StorageException if there is no document, but something else, or one of too many fields
   */
  static List<String> fields(JsonRecords records, int most) {
    List<String> names = new ArrayList<>();
    @Nullable BulkOperationException first = null;
    for (int i = 0; i < GREATEST_LOOK; i++) {
      try {
        if (!records.next()) {
          break;
        }
        JsonParser json = records.json();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          if (names.size() == most) {
            throw records.tooManyFields(most);
          }
          names.add(json.currentName());
          json.nextToken();
          json.skipChildren();
        }
        records.end();
        return names;
      } catch (MalformedRecordException e) {
        first = first == null ? e : first;
      } catch (IOException e) {
        BulkOperationException failure = records.failure(e);
        if (!(failure instanceof MalformedRecordException)) {
          throw failure;
        }
        first = first == null ? failure : first;
      }
      names.clear();
    }
    if (first != null) {
      throw records.noDocument(first);
    }
    return names;
  }
}
