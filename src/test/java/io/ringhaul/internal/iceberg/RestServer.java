package io.ringhaul.internal.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ringhaul.lake.ObjectStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.MetadataUpdate;
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
import org.apache.iceberg.rest.credentials.ImmutableCredential;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.apache.iceberg.rest.responses.ErrorResponseParser;
import org.apache.iceberg.rest.responses.ImmutableLoadCredentialsResponse;
import org.apache.iceberg.rest.responses.LoadCredentialsResponse;
import org.apache.iceberg.rest.responses.LoadTableResponse;
import org.apache.iceberg.rest.responses.OAuthTokenResponse;
import org.jspecify.annotations.Nullable;

/**
 * A REST catalog over another catalog. Its manners are those of servers in use: it can refuse
 * clients, commits or locations, choose locations, issue credentials with an end, and lose
 * responses.
 */
public final class RestServer implements AutoCloseable {

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
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile @Nullable Refusal refusal;
  private volatile boolean loses;
  private volatile boolean losesSnapshots;
  private volatile boolean losesAnswers;
  private volatile @Nullable Refusal stagingRefusal;
  private volatile @Nullable Refusal locationRefusal;
  private volatile Locations locations = Locations.AS_ASKED;
  private volatile @Nullable Duration credentialLife;
  private volatile boolean renews = true;
  private volatile @Nullable Refusal closed;
  private final AtomicInteger conflicts = new AtomicInteger();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  private volatile @Nullable Login login;
  private volatile @Nullable String warehouse;

  /** What the server does with the location that a client asks for. */
  public enum Locations {
    AS_ASKED,
    /** Every response has another location, as with Nessie. */
    CHOSEN_EACH_TIME
  }

  /**
   * @param config the configuration that clients receive at their start
   */
  public RestServer(Catalog catalog, Map<String, String> config) throws IOException {
    this.catalog = catalog;
    this.config = new HashMap<>(config);
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  public String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on, exchanges the secret of a client for the token, and requires the token. */
  public void requireLogin(String secret, String token) {
    login = new Login(secret, token);
  }

  /** From now on, has this warehouse only. */
  public void requireWarehouse(String name) {
    warehouse = name;
  }

  /** From now on, discards commits and responds with this status and error type. */
  void refuseCommits(int status, String type) {
    refusal = new Refusal(status, type);
  }

  /** From now on, executes commits. */
  void takeCommits() {
    refusal = null;
    losesSnapshots = false;
  }

  /** From now on, acknowledges commits without executing them. */
  void loseCommits() {
    loses = true;
  }

  /** From now on, executes only the changes of commits that are not about snapshots. */
  void loseSnapshots() {
    losesSnapshots = true;
  }

  /** From now on, executes commits and answers them with status 500. */
  void loseAnswers() {
    losesAnswers = true;
  }

  /** The next commits are rejected as conflicts, with status 409. */
  void conflictNext(int commits) {
    conflicts.set(commits);
  }

  /** From now on, rejects staged tables with status 406, as AWS Glue does. */
  public void refuseStaging() {
    refuseStaging(406, "UnsupportedOperationException", "stage-create is not supported");
  }

  /** From now on, responds to requests for staged tables with this status. */
  void refuseStaging(int status, String type, String message) {
    stagingRefusal = new Refusal(status, type, message);
  }

  /** From now on, responds to requests that name a location with this status. */
  void refuseLocations(int status, String type, String message) {
    locationRefusal = new Refusal(status, type, message);
  }

  public void locations(Locations manner) {
    locations = manner;
  }

  /** From now on, issues credentials for each table, which the client renews for tables only. */
  public void issueCredentials(Duration life) {
    credentialLife = life;
  }

  /** From now on, tells no address at which credentials are renewed. */
  void offerNoRenewal() {
    renews = false;
  }

  /** From now on, answers all requests with this status. */
  void refuseAll(int status, String message) {
    closed = new Refusal(status, "NotAuthorizedException", message);
  }

  /** Returns the requests so far, each as its method and path. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** Returns a new client with local files, which the caller closes. */
  RESTCatalog client() {
    return client(Map.of());
  }

  /** Returns a new client, which the caller closes. */
  public RESTCatalog client(Map<String, String> more) {
    return client(uri(), more);
  }

  static RESTCatalog client(String uri, Map<String, String> more) {
    RESTCatalog client = new RESTCatalog();
    Map<String, String> properties = new HashMap<>();
    properties.put("uri", uri);
    properties.put("io-impl", LocalFileIO.class.getName());
    properties.put("rest-metrics-reporting-enabled", "false");
    properties.put("rest.client.max-retries", "1");
    properties.putAll(more);
    client.initialize("ringhaul", properties);
    return client;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        send(exchange, 200, route(exchange));
      } catch (Refusal e) {
        boolean isLogin = e.type.equals(Login.REFUSED);
        send(exchange, e.status, isLogin ? Login.error(e) : error(e.status, e));
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
    requests.add(method + " " + exchange.getRequestURI().getPath());
    Refusal all = closed;
    if (all != null) {
      throw all;
    }
    Login required = login;
    if (required != null) {
      if (path[2].equals("oauth")) {
        return required.token(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      }
      required.check(exchange.getRequestHeaders().getFirst("Authorization"));
    }
    if (path[2].equals("config")) {
      String query = String.valueOf(exchange.getRequestURI().getQuery());
      if (warehouse != null && !query.equals("warehouse=" + warehouse)) {
        throw new Refusal(404, "NotFoundException", "there is no such warehouse");
      }
      return ConfigResponse.builder().withDefaults(config).build();
    }
    if (path[2].equals("tables")) {
      CatalogHandlers.renameTable(catalog, read(exchange, RenameTableRequest.class));
      return null;
    }
    if (path.length == 3) {
      return method.equals("GET")
          ? CatalogHandlers.listNamespaces(namespaces(), Namespace.empty())
          : CatalogHandlers.createNamespace(
              namespaces(), read(exchange, CreateNamespaceRequest.class));
    }
    Namespace namespace = Namespace.of(path[3]);
    if (path.length == 4) {
      if (method.equals("DELETE")) {
        CatalogHandlers.dropNamespace(namespaces(), namespace);
        return null;
      }
      return CatalogHandlers.loadNamespace(namespaces(), namespace);
    }
    if (path.length == 5) {
      return method.equals("GET")
          ? CatalogHandlers.listTables(catalog, namespace)
          : create(namespace, read(exchange, CreateTableRequest.class));
    }
    TableIdentifier table = TableIdentifier.of(namespace, path[5]);
    if (path.length == 7) {
      return path[6].equals("credentials") ? credentials(table) : null;
    }
    return switch (method) {
      case "DELETE" -> {
        if (String.valueOf(exchange.getRequestURI().getQuery()).contains("purgeRequested=true")) {
          CatalogHandlers.purgeTable(catalog, table);
        } else {
          CatalogHandlers.dropTable(catalog, table);
        }
        yield null;
      }
      case "POST" -> commit(table, read(exchange, UpdateTableRequest.class));
      default -> load(table);
    };
  }

  private SupportsNamespaces namespaces() {
    return (SupportsNamespaces) catalog;
  }

  private LoadTableResponse create(Namespace namespace, CreateTableRequest asked) {
    Refusal unstaged = stagingRefusal;
    if (asked.stageCreate() && unstaged != null) {
      throw unstaged;
    }
    Refusal unlocated = locationRefusal;
    if (asked.location() != null && unlocated != null) {
      throw unlocated;
    }
    CreateTableRequest create = asked;
    if (locations == Locations.CHOSEN_EACH_TIME) {
      CreateTableRequest.Builder chosen =
          CreateTableRequest.builder()
              .withName(asked.name())
              .withSchema(asked.schema())
              .withPartitionSpec(asked.spec())
              .setProperties(asked.properties())
              .withLocation(
                  CatalogHandlers.stageTableCreate(catalog, namespace, unlocated(asked))
                          .tableMetadata()
                          .location()
                      + "_"
                      + UUID.randomUUID());
      create = asked.stageCreate() ? chosen.stageCreate().build() : chosen.build();
    }
    TableIdentifier table = TableIdentifier.of(namespace, asked.name());
    return withCredentials(
        table,
        create.stageCreate()
            ? CatalogHandlers.stageTableCreate(catalog, namespace, create)
            : CatalogHandlers.createTable(catalog, namespace, create));
  }

  private static CreateTableRequest unlocated(CreateTableRequest asked) {
    return CreateTableRequest.builder()
        .withName(asked.name())
        .withSchema(asked.schema())
        .stageCreate()
        .build();
  }

  private LoadTableResponse load(TableIdentifier table) {
    return withCredentials(
        table, CatalogHandlers.loadTable(catalog, table, RESTCatalogProperties.SnapshotMode.ALL));
  }

  private LoadTableResponse commit(TableIdentifier table, UpdateTableRequest update) {
    Refusal refused = refusal;
    if (refused != null) {
      throw refused;
    }
    if (conflicts.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new CommitFailedException("another commit came first");
    }
    if (loses) {
      return load(table);
    }
    LoadTableResponse done =
        CatalogHandlers.updateTable(
            catalog, table, losesSnapshots ? withoutSnapshots(update) : update);
    if (losesAnswers) {
      throw new Refusal(500, "InternalServerError", "the response was lost");
    }
    return done;
  }

  private static UpdateTableRequest withoutSnapshots(UpdateTableRequest update) {
    return UpdateTableRequest.create(
        update.identifier(),
        update.requirements(),
        update.updates().stream()
            .filter(
                change ->
                    !(change instanceof MetadataUpdate.AddSnapshot)
                        && !(change instanceof MetadataUpdate.SetSnapshotRef))
            .toList());
  }

  private LoadTableResponse withCredentials(TableIdentifier table, LoadTableResponse response) {
    Duration life = credentialLife;
    if (life == null) {
      return response;
    }
    LoadTableResponse.Builder more =
        LoadTableResponse.builder()
            .withTableMetadata(response.tableMetadata())
            .addAllConfig(credential(life));
    if (renews) {
      more.addConfig("client.refresh-credentials-endpoint", renewalPath(table));
    }
    return more.build();
  }

  private static String renewalPath(TableIdentifier table) {
    return "v1/namespaces/" + table.namespace() + "/tables/" + table.name() + "/credentials";
  }

  private LoadCredentialsResponse credentials(TableIdentifier table) {
    if (!catalog.tableExists(table)) {
      throw new NoSuchTableException("Table does not exist: %s", table);
    }
    return ImmutableLoadCredentialsResponse.builder()
        .addCredentials(
            ImmutableCredential.builder()
                .prefix("s3")
                .config(credential(Objects.requireNonNull(credentialLife)))
                .build())
        .build();
  }

  /** Returns credentials; their token has the time of their end. */
  private static Map<String, String> credential(Duration life) {
    long end = System.currentTimeMillis() + life.toMillis();
    return Map.of(
        "s3.access-key-id",
        ObjectStore.ACCESS_KEY,
        "s3.secret-access-key",
        ObjectStore.SECRET_KEY,
        "s3.session-token",
        "ends-" + end,
        "s3.session-token-expires-at-ms",
        Long.toString(end));
  }

  private static <T> T read(HttpExchange exchange, Class<T> type) throws IOException {
    return JSON.readValue(exchange.getRequestBody(), type);
  }

  private static void send(HttpExchange exchange, int status, @Nullable Object body)
      throws IOException {
    if (body == null || exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status == 200 ? 204 : status, -1);
      return;
    }
    byte[] bytes =
        (body instanceof ErrorResponse error
                ? ErrorResponseParser.toJson(error)
                : JSON.writeValueAsString(body))
            .getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
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
    threads.shutdownNow();
  }

  /**
   * @param secret what a client proves its identity with
   * @param token what it gets for the secret, and sends with each request
   */
  private record Login(String secret, String token) {

    private static final String REFUSED = "invalid_client";

    /** The form of errors of an OAuth server. */
    static Map<String, String> error(Refusal refused) {
      return Map.of("error", REFUSED, "error_description", String.valueOf(refused.getMessage()));
    }

    OAuthTokenResponse token(String form) {
      if (!form.contains("client_secret=" + secret)) {
        throw new Refusal(401, REFUSED, "the client is unknown");
      }
      return OAuthTokenResponse.builder().withToken(token).withTokenType("bearer").build();
    }

    void check(@Nullable String header) {
      if (!("Bearer " + token).equals(header)) {
        throw new Refusal(401, "NotAuthorizedException", "the token has expired");
      }
    }
  }

  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;

    private Refusal(int status, String type) {
      this(status, type, "the role analyst may not write");
    }

    private Refusal(int status, String type, String message) {
      super(message);
      this.status = status;
      this.type = type;
    }
  }
}
