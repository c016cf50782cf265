package io.ringhaul.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.files.SourceFile;
import io.ringhaul.text.JsonInput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the documents of a file, whether they follow each other or are the elements of one
 * array.
 */
final class JsonRecords implements Closeable {

  private final SourceFile file;
  private final JsonParser json;
  private long number;
  private boolean inArray;

  /** The depth within the document at hand; 0 between documents. */
  private int depth;

  JsonRecords(SourceFile file) throws IOException {
    this(file, file.open());
  }

  JsonRecords(SourceFile file, InputStream content) throws IOException {
    this.file = file;
    try {
      this.json = JsonInput.open(content);
    } catch (IOException | RuntimeException e) {
      content.close();
      throw e;
    }
  }

  /** The parser, for reading the document at hand. */
  JsonParser json() {
    return json;
  }

  /**
   * Goes to the next document's opening brace, from wherever the parser stands in the one before;
   * false after the last one.
   *
   * @throws StorageException if there is something else
   */
  boolean next() throws IOException {
    while (depth > 0 && json.getParsingContext().getNestingDepth() >= depth) {
      json.nextToken();
    }
    JsonToken token = json.nextToken();
    if (token == JsonToken.START_ARRAY && number == 0 && !inArray) {
      inArray = true;
      token = json.nextToken();
    }
    if (inArray && token == JsonToken.END_ARRAY) {
      if (json.nextToken() != null) {
        throw malformed("goes on after the end of its array", null);
      }
      return false;
    }
    if (token == null && !inArray) {
      return false;
    }
    number++;
    if (token != JsonToken.START_OBJECT) {
      throw malformed("has something else than an object there", null);
    }
    depth = json.getParsingContext().getNestingDepth();
    return true;
  }

  /**
   * Goes to the first document and reads it; the names of its fields.
   *
   * @throws StorageException if there is something else
   */
  List<String> firstFields() {
    List<String> names = new ArrayList<>();
    try {
      if (next()) {
        while (json.nextToken() != JsonToken.END_OBJECT) {
          names.add(json.currentName());
          json.nextToken();
          json.skipChildren();
        }
      }
    } catch (IOException e) {
      throw failure(e);
    }
    return names;
  }

  /** The place of the document at hand, for messages. */
  String place() {
    return file.row(number);
  }

  /** The failure to read on from here. */
  StorageException failure(IOException cause) {
    if (cause instanceof JsonProcessingException e) {
      return malformed("is no JSON there: " + e.getOriginalMessage(), e);
    }
    if (cause instanceof CharacterCodingException) {
      return malformed("is not UTF-8 there or shortly after", cause);
    }
    return file.unreadable(cause);
  }

  private StorageException malformed(String what, @Nullable IOException cause) {
    JsonLocation location =
        cause instanceof JsonProcessingException e ? e.getLocation() : json.currentLocation();
    return new StorageException(
        file.toString(),
        String.format(
            "The file %s %s: line %d, column %d, in or after its row %d",
            file, what, location.getLineNr(), location.getColumnNr(), Math.max(1, number)),
        cause);
  }

  @Override
  public void close() throws IOException {
    json.close();
  }
}
