package io.ringhaul.internal.rejects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.ringhaul.format.RecordForm;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The fields of a line of the rejects file, which is a JSON object. */
final class RejectLine {

  static final String JOB = "job";
  static final String PARTITION = "partition";
  static final String RECORD = "record";
  static final String FORM = "form";
  static final String VALUES = "values";

  private static final String EXTENSION = "extension";
  private static final String HEADER = "header";
  private static final String LINE_END = "lineEnd";
  private static final String HEX = "hex";

  private RejectLine() {}

  /** Returns the line in UTF-8, with its line end. */
  static byte[] bytes(ObjectNode line) {
    byte[] json = Json.bytes(line);
    byte[] ended = Arrays.copyOf(json, json.length + 1);
    ended[json.length] = '\n';
    return ended;
  }

  /** Returns bytes as a string if they are valid UTF-8, otherwise as an object with hex digits. */
  static JsonNode node(ByteBuffer bytes) {
    try {
      return TextNode.valueOf(
          StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString());
    } catch (CharacterCodingException e) {
      return Json.object().put(HEX, hex(bytes));
    }
  }

  /** Returns the bytes of a string, or of an object with hex digits. */
  static byte[] bytes(JsonNode node) {
    return node.isObject()
        ? HexFormat.of().parseHex(node.path(HEX).asText())
        : node.asText().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns an object with the form of a file of records. */
  static ObjectNode node(RecordForm form) {
    ObjectNode node = Json.object().put(EXTENSION, form.extension());
    node.set(HEADER, node(form.header()));
    node.set(LINE_END, node(form.lineEnd()));
    return node;
  }

  /** Returns the form of the file that the record of a line belongs to, if the line names one. */
  static Optional<RecordForm> form(JsonNode line) {
    JsonNode form = line.path(FORM);
    return form.isMissingNode()
        ? Optional.empty()
        : Optional.of(
            new RecordForm(
                form.path(EXTENSION).asText(),
                ByteBuffer.wrap(bytes(form.path(HEADER))),
                ByteBuffer.wrap(bytes(form.path(LINE_END)))));
  }

  /** Returns an object with the value of each column in hex; columns without a value are null. */
  static ObjectNode node(List<ColumnDescription> columns, RawRow row) {
    ObjectNode node = Json.object();
    for (int i = 0; i < columns.size(); i++) {
      ByteBuffer value = row.bytes(i);
      node.put(columns.get(i).name(), value == null ? null : hex(value));
    }
    return node;
  }

  private static String hex(ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
