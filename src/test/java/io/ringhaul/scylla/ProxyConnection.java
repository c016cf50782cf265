package io.ringhaul.scylla;

import com.datastax.oss.driver.internal.core.protocol.ByteBufPrimitiveCodec;
import com.datastax.oss.protocol.internal.Compressor;
import com.datastax.oss.protocol.internal.Frame;
import com.datastax.oss.protocol.internal.FrameCodec;
import com.datastax.oss.protocol.internal.Message;
import com.datastax.oss.protocol.internal.ProtocolConstants.ErrorCode;
import com.datastax.oss.protocol.internal.ProtocolConstants.EventType;
import com.datastax.oss.protocol.internal.ProtocolConstants.Opcode;
import com.datastax.oss.protocol.internal.request.Batch;
import com.datastax.oss.protocol.internal.request.Execute;
import com.datastax.oss.protocol.internal.request.Options;
import com.datastax.oss.protocol.internal.request.Prepare;
import com.datastax.oss.protocol.internal.request.Query;
import com.datastax.oss.protocol.internal.request.Register;
import com.datastax.oss.protocol.internal.request.Startup;
import com.datastax.oss.protocol.internal.request.query.QueryOptions;
import com.datastax.oss.protocol.internal.response.Error;
import com.datastax.oss.protocol.internal.response.Supported;
import com.datastax.oss.protocol.internal.response.error.Unprepared;
import com.datastax.oss.protocol.internal.response.event.StatusChangeEvent;
import com.datastax.oss.protocol.internal.response.event.TopologyChangeEvent;
import com.datastax.oss.protocol.internal.response.result.ColumnSpec;
import com.datastax.oss.protocol.internal.response.result.DefaultRows;
import com.datastax.oss.protocol.internal.response.result.Prepared;
import com.datastax.oss.protocol.internal.response.result.Rows;
import com.datastax.oss.protocol.internal.response.result.RowsMetadata;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.ringhaul.scylla.ProxyRequest.Kind;
import io.ringhaul.scylla.ScyllaProxy.ProxyNode;
import io.ringhaul.scylla.Tablet.Replica;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection to a node of the proxy and the proxy's connection to the node of Cassandra.
 * Requests keep their stream ids. Frames that need no change pass as they are. One thread handles
 * both connections.
 */
final class ProxyConnection {

  private static final int HIGHEST_VERSION = 4;
  private static final int MAX_FRAME = 256 << 20;
  private static final int EVENT_STREAM = -1;

  private static final ByteBufPrimitiveCodec PRIMITIVES =
      new ByteBufPrimitiveCodec(UnpooledByteBufAllocator.DEFAULT);

  /** Decodes requests and encodes answers. */
  private static final FrameCodec<ByteBuf> SERVER =
      FrameCodec.defaultServer(PRIMITIVES, Compressor.none());

  /** Decodes answers and encodes requests. */
  private static final FrameCodec<ByteBuf> CLIENT =
      FrameCodec.defaultClient(PRIMITIVES, Compressor.none());

  private static final String ROUTING_PAYLOAD = "tablets-routing-v1";
  private static final String ROUTING_OPTION = "TABLETS_ROUTING_V1";

  /** Begins the paging state of an empty page; the state of the page after it follows. */
  private static final byte[] EMPTY_PAGE = {'e', 'm', 'p', 't', 'y'};

  /**
   * What to change in an answer.
   *
   * @param columns the columns of the rows if the answer has no metadata
   * @param emptiedAt the paging state of the empty page to send; null sends the rows
   * @param routing the payload to add; null adds none
   * @param clientIds the ids that the client knows, by the ids of Cassandra
   */
  private record Pending(
      @Nullable ScyllaStatement statement,
      List<ColumnSpec> columns,
      @Nullable ByteBuffer emptiedAt,
      @Nullable ByteBuffer routing,
      Map<ByteBuffer, byte[]> clientIds) {

    boolean changesResult() {
      return emptiedAt != null
          || routing != null
          || (statement != null && ScyllaSystem.changes(statement));
    }
  }

  private final ProxyNode node;
  private final ScyllaProxy proxy;
  private final int shard;
  private final Channel client;
  private final Map<Integer, Pending> pending = new HashMap<>();
  private final Map<Integer, ScyllaStatement> preparing = new HashMap<>();
  private @Nullable Channel real;
  private boolean hasRouting;
  private volatile boolean hearsEvents;

  ProxyConnection(ProxyNode node, int shard, Channel client) {
    this.node = node;
    this.proxy = node.proxy();
    this.shard = shard;
    this.client = client;
  }

  /** Connects to Cassandra, then reads from the client. */
  void open() {
    node.connections.add(this);
    frames(client, this::request);
    new Bootstrap()
        .group(client.eventLoop())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                frames(channel, ProxyConnection.this::answer);
              }
            })
        .connect(node.real)
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (connected.isSuccess()) {
                    real = connected.channel();
                    client.config().setAutoRead(true);
                  } else {
                    client.close();
                  }
                });
  }

  void close() {
    client.close();
  }

  /** Sends an event if the client wants events of nodes. */
  void tell(StatusChangeEvent event) {
    if (hearsEvents) {
      client.writeAndFlush(
          SERVER.encode(
              Frame.forResponse(
                  HIGHEST_VERSION, EVENT_STREAM, null, Frame.NO_PAYLOAD, List.of(), event)));
    }
  }

  private void frames(Channel channel, Consumer<ByteBuf> handler) {
    channel
        .pipeline()
        .addLast(new LengthFieldBasedFrameDecoder(MAX_FRAME, 5, 4))
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf frame = (ByteBuf) message;
                try {
                  handler.accept(frame);
                } finally {
                  frame.release();
                }
              }

              @Override
              public void channelInactive(ChannelHandlerContext context) {
                node.connections.remove(ProxyConnection.this);
                client.close();
                if (real != null) {
                  real.close();
                }
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                if (!(cause instanceof java.io.IOException)) {
                  // The test fails because its connection ends; this is the reason.
                  cause.printStackTrace();
                }
                context.close();
              }
            });
  }

  // Requests

  private void request(ByteBuf bytes) {
    int version = bytes.getByte(bytes.readerIndex()) & 0x7F;
    int stream = bytes.getShort(bytes.readerIndex() + 2);
    if (version > HIGHEST_VERSION) {
      answer(
          stream,
          new Error(
              ErrorCode.PROTOCOL_ERROR, "Invalid or unsupported protocol version: " + version));
      return;
    }
    Frame frame = SERVER.decode(bytes.duplicate());
    Message message = toCassandra(frame);
    if (message != null && real != null) {
      real.writeAndFlush(
          message == frame.message
              ? bytes.retain()
              : CLIENT.encode(
                  Frame.forRequest(version, stream, frame.tracing, frame.customPayload, message)));
    }
  }

  private void answer(int stream, Message message) {
    client.writeAndFlush(
        SERVER.encode(
            Frame.forResponse(
                HIGHEST_VERSION, stream, null, Frame.NO_PAYLOAD, List.of(), message)));
  }

  /** Returns the message for Cassandra; null if the proxy has answered. */
  private @Nullable Message toCassandra(Frame frame) {
    Message message = frame.message;
    if (message instanceof Options) {
      answer(frame.streamId, new Supported(supported()));
      return null;
    }
    if (message instanceof Startup startup) {
      return startup(frame, startup);
    }
    if (message instanceof Register register) {
      hearsEvents = register.eventTypes.contains(EventType.STATUS_CHANGE);
      return register;
    }
    if (message instanceof Query query) {
      return query(frame, query);
    }
    if (message instanceof Prepare prepare) {
      return prepare(frame, prepare);
    }
    if (message instanceof Execute execute) {
      return execute(frame, execute);
    }
    if (message instanceof Batch batch) {
      return batch(frame, batch);
    }
    return message;
  }

  private Map<String, List<String>> supported() {
    Map<String, List<String>> options = new LinkedHashMap<>();
    options.put("CQL_VERSION", List.of("3.3.1"));
    options.put("COMPRESSION", List.of());
    options.put("CLIENT_OPTIONS", List.of(""));
    options.put("SCYLLA_HOST_ID", List.of(node.hostId.toString()));
    options.put("SCYLLA_SHARD", List.of(Integer.toString(shard)));
    options.put("SCYLLA_NR_SHARDS", List.of(Integer.toString(proxy.shards())));
    options.put("SCYLLA_SHARDING_ALGORITHM", List.of("biased-token-round-robin"));
    options.put("SCYLLA_SHARDING_IGNORE_MSB", List.of("12"));
    options.put("SCYLLA_PARTITIONER", List.of("org.apache.cassandra.dht.Murmur3Partitioner"));
    options.put(
        "SCYLLA_LWT_ADD_METADATA_MARK", List.of("LWT_OPTIMIZATION_META_BIT_MASK=2147483648"));
    options.put("SCYLLA_RATE_LIMIT_ERROR", List.of("ERROR_CODE=61440"));
    options.put("SCYLLA_USE_METADATA_ID", List.of(""));
    options.put(ROUTING_OPTION, List.of(""));
    return options;
  }

  private @Nullable Message startup(Frame frame, Startup startup) {
    proxy.addStartup(startup.options);
    if (startup.options.containsKey(Startup.COMPRESSION_KEY)) {
      answer(
          frame.streamId,
          new Error(ErrorCode.PROTOCOL_ERROR, "The proxy of the tests does not compress."));
      return null;
    }
    hasRouting = startup.options.containsKey(ROUTING_OPTION);
    Map<String, String> options = new LinkedHashMap<>(startup.options);
    options
        .keySet()
        .removeIf(
            key ->
                key.startsWith("SCYLLA_")
                    || key.equals(ROUTING_OPTION)
                    || key.equals("CLIENT_OPTIONS"));
    return new Startup(options);
  }

  private @Nullable Message query(Frame frame, Query query) {
    ScyllaStatement statement = ScyllaStatement.parse(query.query);
    String text = proxy.system().forCassandra(statement);
    if (isAnswered(frame, Kind.QUERY, statement, query.options)) {
      return null;
    }
    QueryOptions options = page(frame, statement, query.options, List.of(), null, Map.of());
    return options == query.options && text.equals(query.query) ? query : new Query(text, options);
  }

  private @Nullable Message prepare(Frame frame, Prepare prepare) {
    ScyllaStatement statement = ScyllaStatement.parse(prepare.cqlQuery);
    if (isAnswered(frame, Kind.PREPARE, statement, QueryOptions.DEFAULT)) {
      return null;
    }
    preparing.put(frame.streamId, statement);
    return new Prepare(proxy.system().forCassandra(statement), prepare.keyspace);
  }

  private @Nullable Message execute(Frame frame, Execute execute) {
    ScyllaProxy.Prepared known = proxy.prepared().get(ByteBuffer.wrap(execute.queryId));
    if (known == null) {
      answer(frame.streamId, unprepared(execute.queryId));
      return null;
    }
    if (isAnswered(frame, Kind.EXECUTE, known.statement(), execute.options)) {
      return null;
    }
    QueryOptions options =
        page(
            frame,
            known.statement(),
            execute.options,
            known.columns(),
            routing(known, execute.options),
            Map.of(known.realId(), execute.queryId));
    return options == execute.options && known.realId().equals(ByteBuffer.wrap(execute.queryId))
        ? execute
        : new Execute(known.realId().array(), execute.resultMetadataId, options);
  }

  private @Nullable Message batch(Frame frame, Batch batch) {
    List<Object> queriesOrIds = new ArrayList<>();
    Map<ByteBuffer, byte[]> clientIds = new HashMap<>();
    Error error = null;
    for (int i = 0; i < batch.queriesOrIds.size(); i++) {
      ScyllaStatement statement;
      if (batch.queriesOrIds.get(i) instanceof byte[] id) {
        ScyllaProxy.Prepared known = proxy.prepared().get(ByteBuffer.wrap(id));
        if (known == null) {
          answer(frame.streamId, unprepared(id));
          return null;
        }
        statement = known.statement();
        queriesOrIds.add(known.realId().array());
        clientIds.put(known.realId(), id);
      } else {
        statement = ScyllaStatement.parse((String) batch.queriesOrIds.get(i));
        queriesOrIds.add(proxy.system().forCassandra(statement));
      }
      Error wanted =
          proxy.record(
              request(Kind.BATCH, statement, batch.values.get(i), 0, null, batch.consistency));
      error = error == null ? wanted : error;
    }
    if (error != null) {
      answer(frame.streamId, error);
      return null;
    }
    pending.put(frame.streamId, new Pending(null, List.of(), null, null, clientIds));
    return new Batch(
        batch.type,
        queriesOrIds,
        batch.values,
        batch.consistency,
        batch.serialConsistency,
        batch.defaultTimestamp,
        batch.keyspace,
        batch.nowInSeconds);
  }

  private static Unprepared unprepared(byte[] id) {
    return new Unprepared("No prepared statement with ID found.", id);
  }

  /** Records a request and answers it if ScyllaDB or the test wants an error. */
  private boolean isAnswered(
      Frame frame, Kind kind, ScyllaStatement statement, QueryOptions options) {
    List<ByteBuffer> values =
        options.namedValues.isEmpty()
            ? options.positionalValues
            : new ArrayList<>(options.namedValues.values());
    Error error =
        proxy.record(
            request(
                kind,
                statement,
                values,
                options.pageSize,
                real(options.pagingState),
                options.consistency));
    if (error == null) {
      error = ScyllaSystem.refusal(statement);
    }
    if (error == null && statement.hasTimeoutMarker()) {
      error =
          new Error(
              ErrorCode.INVALID, "The proxy of the tests takes USING TIMEOUT without marker only.");
    }
    if (error != null) {
      answer(frame.streamId, error);
    }
    return error != null;
  }

  private ProxyRequest request(
      Kind kind,
      ScyllaStatement statement,
      List<ByteBuffer> values,
      int pageSize,
      @Nullable ByteBuffer pagingState,
      int consistency) {
    return new ProxyRequest(
        node.hostId,
        shard,
        kind,
        statement.written(),
        values,
        pageSize,
        pagingState,
        consistency,
        statement.keyspace(),
        statement.table(),
        statement.bypassesCache(),
        statement.timeout());
  }

  private @Nullable ByteBuffer routing(ScyllaProxy.Prepared known, QueryOptions options) {
    boolean isWanted =
        switch (proxy.routing()) {
          case NEVER -> false;
          case NEGOTIATED -> hasRouting;
          case ALWAYS -> true;
        };
    if (!isWanted || known.keyIndices().isEmpty() || options.positionalValues.isEmpty()) {
      return null;
    }
    ByteBuffer[] key =
        known.keyIndices().stream()
            .map(index -> options.positionalValues.get(index).duplicate())
            .toArray(ByteBuffer[]::new);
    return proxy
        .system()
        .routing(
            known.statement().keyspace(),
            known.statement().table(),
            key,
            new Replica(node.hostId, shard));
  }

  /** Notes what to change in the answer and returns the options for Cassandra. */
  private QueryOptions page(
      Frame frame,
      ScyllaStatement statement,
      QueryOptions options,
      List<ColumnSpec> columns,
      @Nullable ByteBuffer routing,
      Map<ByteBuffer, byte[]> clientIds) {
    ByteBuffer state = real(options.pagingState);
    boolean followsEmptyPage = isEmptyPage(options.pagingState);
    boolean isEmptied =
        options.pageSize > 0 && !followsEmptyPage && proxy.emptiesNextPage(statement);
    pending.put(
        frame.streamId,
        new Pending(statement, columns, isEmptied ? emptyPage(state) : null, routing, clientIds));
    return followsEmptyPage
        ? new QueryOptions(
            options.consistency,
            options.positionalValues,
            options.namedValues,
            options.skipMetadata,
            options.pageSize,
            state,
            options.serialConsistency,
            options.defaultTimestamp,
            options.keyspace,
            options.nowInSeconds)
        : options;
  }

  private static boolean isEmptyPage(@Nullable ByteBuffer state) {
    return state != null
        && state.remaining() >= EMPTY_PAGE.length
        && state
            .duplicate()
            .limit(state.position() + EMPTY_PAGE.length)
            .equals(ByteBuffer.wrap(EMPTY_PAGE));
  }

  private static ByteBuffer emptyPage(@Nullable ByteBuffer next) {
    int length = next == null ? 0 : next.remaining();
    ByteBuffer state = ByteBuffer.allocate(EMPTY_PAGE.length + length).put(EMPTY_PAGE);
    if (next != null) {
      state.put(next.duplicate());
    }
    return state.flip();
  }

  private static @Nullable ByteBuffer real(@Nullable ByteBuffer state) {
    if (!isEmptyPage(state) || state == null) {
      return state;
    }
    ByteBuffer next = state.duplicate().position(state.position() + EMPTY_PAGE.length).slice();
    return next.hasRemaining() ? next : null;
  }

  // Answers

  private void answer(ByteBuf bytes) {
    int stream = bytes.getShort(bytes.readerIndex() + 2);
    int opcode = bytes.getByte(bytes.readerIndex() + 4);
    ScyllaStatement prepares = preparing.remove(stream);
    Pending change = pending.remove(stream);
    boolean isChanged =
        switch (opcode) {
          case Opcode.EVENT -> true;
          case Opcode.ERROR -> change != null && !change.clientIds().isEmpty();
          case Opcode.RESULT -> prepares != null || (change != null && change.changesResult());
          default -> false;
        };
    if (!isChanged) {
      client.writeAndFlush(bytes.retain());
      return;
    }
    Frame frame = CLIENT.decode(bytes.duplicate());
    Map<String, ByteBuffer> payload = new HashMap<>(frame.customPayload);
    Message message = frame.message;
    if (prepares != null && message instanceof Prepared prepared) {
      message = prepared(prepares, prepared);
    } else if (message instanceof StatusChangeEvent event) {
      message = new StatusChangeEvent(event.changeType, proxyOf(event.address));
    } else if (message instanceof TopologyChangeEvent event) {
      message = new TopologyChangeEvent(event.changeType, proxyOf(event.address));
    } else if (change != null) {
      if (message instanceof Unprepared unprepared) {
        byte[] id = change.clientIds().getOrDefault(ByteBuffer.wrap(unprepared.id), unprepared.id);
        message = new Unprepared(unprepared.message, id);
      } else if (message instanceof Rows rows) {
        message = rows(change, rows);
      }
      if (change.routing() != null) {
        payload.put(ROUTING_PAYLOAD, change.routing());
      }
    }
    client.writeAndFlush(
        SERVER.encode(
            Frame.forResponse(
                frame.protocolVersion, stream, frame.tracingId, payload, frame.warnings, message)));
  }

  private InetSocketAddress proxyOf(InetSocketAddress address) {
    InetAddress proxied = proxy.proxies().get(address.getAddress());
    return proxied == null ? address : new InetSocketAddress(proxied, ScyllaProxy.PORT);
  }

  /**
   * Registers a prepared statement. Statements that differ only in ScyllaDB's extensions have one
   * id in Cassandra and several for clients, the same ones on all nodes.
   */
  private Prepared prepared(ScyllaStatement statement, Prepared answer) {
    byte[] id = answer.preparedQueryId;
    if (!statement.written().equals(proxy.system().forCassandra(statement))) {
      id =
          ByteBuffer.allocate(id.length + Integer.BYTES)
              .put(id)
              .putInt(statement.written().hashCode())
              .array();
    }
    int[] keys = answer.variablesMetadata.pkIndices;
    proxy
        .prepared()
        .put(
            ByteBuffer.wrap(id),
            new ScyllaProxy.Prepared(
                statement,
                ByteBuffer.wrap(answer.preparedQueryId),
                keys == null ? List.of() : Arrays.stream(keys).boxed().toList(),
                answer.resultMetadata.columnSpecs));
    return new Prepared(
        id,
        answer.resultMetadataId,
        named(statement, answer.variablesMetadata, null),
        named(statement, answer.resultMetadata, null));
  }

  private Message rows(Pending change, Rows rows) {
    RowsMetadata metadata = rows.getMetadata();
    if (change.emptiedAt() != null) {
      return new DefaultRows(
          named(change.statement(), metadata, change.emptiedAt()), new ArrayDeque<>());
    }
    if (change.statement() == null || !ScyllaSystem.changes(change.statement())) {
      return rows;
    }
    Queue<List<ByteBuffer>> changed =
        proxy
            .system()
            .rows(
                change.statement(),
                metadata.columnSpecs.isEmpty() ? change.columns() : metadata.columnSpecs,
                rows.getData(),
                proxy.proxies());
    return new DefaultRows(named(change.statement(), metadata, metadata.pagingState), changed);
  }

  /** Metadata with ScyllaDB's names of its own tables and with another paging state. */
  private static RowsMetadata named(
      @Nullable ScyllaStatement statement,
      RowsMetadata metadata,
      @Nullable ByteBuffer pagingState) {
    if (metadata.columnSpecs.isEmpty()) {
      return new RowsMetadata(
          metadata.columnCount, pagingState, metadata.pkIndices, metadata.newResultMetadataId);
    }
    Function<ColumnSpec, ColumnSpec> naming =
        column -> statement == null ? column : ScyllaSystem.column(statement, column);
    return new RowsMetadata(
        metadata.columnSpecs.stream().map(naming).toList(),
        pagingState,
        metadata.pkIndices,
        metadata.newResultMetadataId);
  }
}
