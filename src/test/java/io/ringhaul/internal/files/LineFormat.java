package io.ringhaul.internal.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A minimal format: a header line, then one int per line. It cannot represent 13. */
final class LineFormat implements OutputFormat, InputFormat {

  static final List<ColumnDescription> COLUMNS =
      List.of(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));
  static final TableDescription TABLE = new TableDescription("ks", "t", COLUMNS);

  private static final int REFUSED = 13;

  static ExportDescription export(UUID job) {
    return new ExportDescription(
        job, TABLE, COLUMNS, 2, TokenRangeSet.wholeRing(), Map.of("where", "id > 0"));
  }

  /** Writes the numbers as one task. Rejected numbers are skipped. */
  static TaskOutput write(TargetSession session, TargetPlan plan, int task, int... ids) {
    try (TaskWriter writer = session.openTask(plan, COLUMNS, task)) {
      for (int id : ids) {
        ByteBuffer value = ByteBuffer.allocate(4).putInt(0, id);
        try {
          writer.write(column -> value);
        } catch (UnrepresentableValueException e) {
          // The row is skipped; the next row can be written.
        }
      }
      return writer.finish();
    }
  }

  @Override
  public String name() {
    return "lines";
  }

  @Override
  public String extension() {
    return "txt";
  }

  @Override
  public Set<String> extensions() {
    return Set.of("txt", "lines");
  }

  @Override
  public boolean compressesItself() {
    return false;
  }

  @Override
  public Map<String, String> properties(ExportDescription export) {
    return Map.of("header", "id");
  }

  @Override
  public PartWriter writer(WriterContext context) {
    return new Writer(context.property("header"));
  }

  @Override
  public SourceLayout layout(
      TableDescription table, Optional<Manifest> manifest, List<SourceFile> files)
      throws IOException {
    try (BufferedReader reader = reader(files.get(0))) {
      return new SourceLayout(
          List.of(Objects.requireNonNull(reader.readLine()).split(",")), Map.of("a", "b"));
    }
  }

  @Override
  public boolean isSplittable(SourceFile file) {
    return false;
  }

  @Override
  public RowReader open(
      Map<String, String> properties, List<ColumnDescription> columns, SourceFile file)
      throws IOException {
    if (!properties.equals(Map.of("a", "b")) || !file.isWhole()) {
      throw new IllegalArgumentException(properties + " " + file);
    }
    BufferedReader reader = reader(file);
    reader.readLine();
    return new Reader(file, reader);
  }

  private static BufferedReader reader(SourceFile file) throws IOException {
    return new BufferedReader(new InputStreamReader(file.open(), US_ASCII));
  }

  private static final class Writer implements PartWriter {
    private final String header;
    private @Nullable OutputStream out;

    private Writer(String header) {
      this.header = header;
    }

    @Override
    public void begin(OutputStream file) throws IOException {
      out = file;
      file.write((header + "\n").getBytes(US_ASCII));
    }

    @Override
    public void write(RawRow row) throws IOException {
      int id = Objects.requireNonNull(row.bytes(0)).getInt(0);
      if (id == REFUSED) {
        throw new UnrepresentableValueException("id", "id is 13");
      }
      Objects.requireNonNull(out).write((id + "\n").getBytes(US_ASCII));
    }

    @Override
    public long bufferedBytes() {
      return 0;
    }

    @Override
    public void end() {
      out = null;
    }

    @Override
    public void close() {}
  }

  private record Reader(SourceFile file, BufferedReader reader) implements RowReader {
    @Override
    public @Nullable RawRow next() {
      try {
        String line = reader.readLine();
        if (line == null) {
          return null;
        }
        ByteBuffer value = ByteBuffer.allocate(4).putInt(0, Integer.parseInt(line));
        return column -> value;
      } catch (IOException e) {
        throw file.unreadable(e);
      }
    }

    @Override
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw file.unreadable(e);
      }
    }
  }
}
