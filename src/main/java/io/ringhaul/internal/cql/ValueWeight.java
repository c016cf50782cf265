package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a value of a column comes to in a mutation, as Cassandra 5.0 counts it: its bytes, and 20
 * for each cell (a write time, a time to live and a moment of expiry). Of a collection that is not
 * frozen every element is a cell with a path. Earlier versions count less.
 */
enum ValueWeight {

  /** Counted elsewhere, or not at all. */
  NOTHING {
    @Override
    long most(ByteBuffer value) {
      return 0;
    }
  },

  /** A clustering column: its bytes alone. */
  KEY {
    @Override
    long most(ByteBuffer value) {
      return value.remaining();
    }
  },

  /** One cell. */
  CELL {
    @Override
    long most(ByteBuffer value) {
      return CELL_BYTES + value.remaining();
    }
  },

  /** One cell that holds 36 bytes until the counter's value is known. */
  COUNTER {
    @Override
    long most(ByteBuffer value) {
      return CELL_BYTES + 36;
    }
  },

  /** The path of an element is a time UUID. */
  LIST {
    @Override
    long most(ByteBuffer value) {
      return CELL_BYTES + value.remaining() + elements(value) * (CELL_BYTES + 16 - LENGTH_BYTES);
    }

    @Override
    long least(ByteBuffer value) {
      return value.remaining() - LENGTH_BYTES - elements(value) * LENGTH_BYTES;
    }
  },

  /** The path of an element is the element. */
  SET {
    @Override
    long most(ByteBuffer value) {
      return CELL_BYTES + value.remaining() + elements(value) * (CELL_BYTES - LENGTH_BYTES);
    }

    @Override
    long least(ByteBuffer value) {
      return value.remaining() - LENGTH_BYTES - elements(value) * LENGTH_BYTES;
    }
  },

  /** The path of an element is its key. */
  MAP {
    @Override
    long most(ByteBuffer value) {
      return CELL_BYTES + value.remaining() + elements(value) * (CELL_BYTES - 2 * LENGTH_BYTES);
    }

    @Override
    long least(ByteBuffer value) {
      return value.remaining() - LENGTH_BYTES - elements(value) * 2 * LENGTH_BYTES;
    }
  },

  /** The path of a field is its number, of two bytes. */
  FIELDS {
    @Override
    long most(ByteBuffer value) {
      return CELL_BYTES + value.remaining() + fields(value) * (CELL_BYTES + 2 - LENGTH_BYTES);
    }

    @Override
    long least(ByteBuffer value) {
      return value.remaining() - fields(value) * LENGTH_BYTES;
    }
  };

  /** What each cell takes beside its path and its value. */
  static final long CELL_BYTES = 20;

  /** What the protocol tells the length of an element with. */
  private static final long LENGTH_BYTES = 4;

  /** The weight of a cell or of several, by the type of what is written. */
  static ValueWeight of(DataType type) {
    if (type instanceof ListType) {
      return LIST;
    }
    if (type instanceof SetType) {
      return SET;
    }
    if (type instanceof MapType) {
      return MAP;
    }
    if (type instanceof UserDefinedType) {
      return FIELDS;
    }
    return type.equals(DataTypes.COUNTER) ? COUNTER : CELL;
  }

  /** At least what the server counts for a value. */
  abstract long most(ByteBuffer value);

  /** At most what the value takes of a mutation, whether it is one cell or several. */
  long least(ByteBuffer value) {
    return value.remaining();
  }

  /** At least what the server counts; null is a tombstone, but for a key. */
  final long mostOf(@Nullable ByteBuffer value) {
    return value == null ? (this == NOTHING || this == KEY ? 0 : CELL_BYTES) : most(value);
  }

  private static long elements(ByteBuffer collection) {
    if (collection.remaining() < LENGTH_BYTES) {
      return 0;
    }
    int told = collection.getInt(collection.position());
    return Math.max(0, Math.min(told, collection.remaining() / LENGTH_BYTES));
  }

  private static long fields(ByteBuffer value) {
    long fields = 0;
    int at = value.position();
    while (value.limit() - at >= LENGTH_BYTES) {
      fields++;
      at += (int) LENGTH_BYTES + Math.max(0, value.getInt(at));
    }
    return fields;
  }
}
