package io.ringhaul.internal.text;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;

/** Writes values of a type whose serialized length is fixed. */
abstract class FixedWriter implements TextWriter {

  final ValuePath path;
  private final CqlKind kind;
  private final int width;

  FixedWriter(ValuePath path, CqlKind kind, int width) {
    this.path = path;
    this.kind = kind;
    this.width = width;
  }

  @Override
  public void check(ByteBuffer bytes, int offset, int length) {
    if (length != width) {
      throw path.lengthError(kind, length);
    }
  }
}
