package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.detach.AttachmentPoint;
import com.datastax.oss.driver.internal.core.cql.DefaultRow;
import com.datastax.oss.driver.internal.core.protocol.ByteBufPrimitiveCodec;
import com.datastax.oss.protocol.internal.Compressor;
import com.datastax.oss.protocol.internal.Frame;
import com.datastax.oss.protocol.internal.FrameCodec;
import com.datastax.oss.protocol.internal.response.result.DefaultRows;
import com.datastax.oss.protocol.internal.response.result.Rows;
import com.datastax.oss.protocol.internal.response.result.RowsMetadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringhaul.benchmarks.data.OrderRows;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Time to access the values of a row in a received page: the frame alone, the frame and the
 * serialized values that Ringhaul reads, and the frame and the driver's objects.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RowDecoding {

  private static final int PAGE = 5_000;

  private final FrameCodec<ByteBuf> client =
      FrameCodec.defaultClient(
          new ByteBufPrimitiveCodec(UnpooledByteBufAllocator.DEFAULT), Compressor.none());
  private final ByteBuf page = page();
  private final ColumnDefinitions definitions = OrderRows.definitions();

  /** Measures the driver's I/O thread: from the frame to the bytes of each value. */
  @Benchmark
  @OperationsPerInvocation(PAGE)
  public Queue<List<ByteBuffer>> frame() {
    return decode();
  }

  /** Measures the frame and a row whose serialized values are read. */
  @Benchmark
  @OperationsPerInvocation(PAGE)
  public void rawValues(Blackhole read) {
    int columns = definitions.size();
    Queue<List<ByteBuffer>> rows = decode();
    for (List<ByteBuffer> data = rows.poll(); data != null; data = rows.poll()) {
      Row row = new DefaultRow(definitions, data, AttachmentPoint.NONE);
      RawRow raw = row::getBytesUnsafe;
      for (int i = 0; i < columns; i++) {
        read.consume(raw.bytes(i));
      }
    }
  }

  /** Measures, for comparison, the frame and a row whose values are decoded to objects. */
  @Benchmark
  @OperationsPerInvocation(PAGE)
  public void driverValues(Blackhole read) {
    int columns = definitions.size();
    Queue<List<ByteBuffer>> rows = decode();
    for (List<ByteBuffer> data = rows.poll(); data != null; data = rows.poll()) {
      Row row = new DefaultRow(definitions, data, AttachmentPoint.NONE);
      for (int i = 0; i < columns; i++) {
        read.consume(row.getObject(i));
      }
    }
  }

  private Queue<List<ByteBuffer>> decode() {
    page.readerIndex(0);
    return ((Rows) client.decode(page).message).getData();
  }

  private static ByteBuf page() {
    RowsMetadata metadata = new RowsMetadata(OrderRows.specs(), null, null, null);
    Frame frame =
        Frame.forResponse(
            ProtocolVersion.V4.getCode(),
            1,
            null,
            Frame.NO_PAYLOAD,
            List.of(),
            new DefaultRows(metadata, new ArrayDeque<>(OrderRows.values(PAGE))));
    return FrameCodec.defaultServer(
            new ByteBufPrimitiveCodec(UnpooledByteBufAllocator.DEFAULT), Compressor.none())
        .encode(frame);
  }
}
