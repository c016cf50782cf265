package io.ringhaul.internal.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.rest.RESTCatalogProperties;
import org.apache.iceberg.rest.RESTResponse;
import org.apache.iceberg.rest.RESTSerializers;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.apache.iceberg.rest.responses.ErrorResponseParser;
import org.jspecify.annotations.Nullable;

/** A REST catalog over another catalog, with simulated responses to commits. */
final class RestServer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  static {
    JSON.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
    JSON.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    JSON.setPropertyNamingStrategy(new PropertyNamingStrategies.KebabCaseStrategy());
    RESTSerializers.registerAll(JSON);
  }

  private final Catalog catalog;
  private final Map<String, String> config;
  private final HttpServer server;
  private volatile @Nullable Refusal refusal;
  private volatile boolean loses;

  /**
   * @param config the configuration that clients receive at their start
   */
  RestServer(Catalog catalog, Map<String, String> config) throws IOException {
    this.catalog = catalog;
    this.config = new HashMap<>(config);
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/", this::answer);
    server.start();
  }

  /** From now on, discards commits and responds with this status and error type. */
  void refuseCommits(int status, String type) {
    refusal = new Refusal(status, type);
  }

  /** From now on, executes commits. */
  void takeCommits() {
    refusal = null;
  }

  /** From now on, acknowledges commits without executing them. */
  void loseCommits() {
    loses = true;
  }

  /** Returns a new client, which the caller closes. */
  RESTCatalog client() {
    RESTCatalog client = new RESTCatalog();
    Map<String, String> properties = new HashMap<>();
    properties.put("uri", "http://127.0.0.1:" + server.getAddress().getPort());
    properties.put("io-impl", LocalFileIO.class.getName());
    properties.put("rest-metrics-reporting-enabled", "false");
    properties.put("rest.client.max-retries", "1");
    client.initialize("rest", properties);
    return client;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        send(exchange, 200, route(exchange));
      } catch (Refusal e) {
        send(exchange, e.status, error(e.status, e));
      } catch (NoSuchTableException | NoSuchNamespaceException e) {
        send(exchange, 404, error(404, e));
      } catch (AlreadyExistsException | CommitFailedException e) {
        send(exchange, 409, error(409, e));
      } catch (RuntimeException e) {
        send(exchange, 500, error(500, e));
      }
    }
  }

  private @Nullable RESTResponse route(HttpExchange exchange) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/", -1);
    String method = exchange.getRequestMethod();
    if (path[2].equals("config")) {
      return ConfigResponse.builder().withDefaults(config).build();
    }
    if (path.length == 3) {
      return CatalogHandlers.createNamespace(
          (SupportsNamespaces) catalog, read(exchange, CreateNamespaceRequest.class));
    }
    Namespace namespace = Namespace.of(path[3]);
    if (path.length == 4) {
      return CatalogHandlers.loadNamespace((SupportsNamespaces) catalog, namespace);
    }
    if (path.length == 5) {
      CreateTableRequest create = read(exchange, CreateTableRequest.class);
      return create.stageCreate()
          ? CatalogHandlers.stageTableCreate(catalog, namespace, create)
          : CatalogHandlers.createTable(catalog, namespace, create);
    }
    TableIdentifier table = TableIdentifier.of(namespace, path[5]);
    if (!method.equals("POST")) {
      return CatalogHandlers.loadTable(catalog, table, RESTCatalogProperties.SnapshotMode.ALL);
    }
    Refusal refused = refusal;
    if (refused != null) {
      throw refused;
    }
    UpdateTableRequest update = read(exchange, UpdateTableRequest.class);
    return loses
        ? CatalogHandlers.loadTable(catalog, table, RESTCatalogProperties.SnapshotMode.ALL)
        : CatalogHandlers.updateTable(catalog, table, update);
  }

  private static <T> T read(HttpExchange exchange, Class<T> type) throws IOException {
    return JSON.readValue(exchange.getRequestBody(), type);
  }

  private static void send(HttpExchange exchange, int status, @Nullable Object body)
      throws IOException {
    byte[] bytes =
        (body instanceof ErrorResponse error
                ? ErrorResponseParser.toJson(error)
                : JSON.writeValueAsString(body))
            .getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status == 200 ? 204 : status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static ErrorResponse error(int status, RuntimeException e) {
    return ErrorResponse.builder()
        .responseCode(status)
        .withType(e instanceof Refusal refusal ? refusal.type : e.getClass().getSimpleName())
        .withMessage(String.valueOf(e.getMessage()))
        .build();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;

    private Refusal(int status, String type) {
      super("the role analyst may not write");
      this.status = status;
      this.type = type;
    }
  }
}
