package io.ringhaul.console;

import io.javalin.compression.CompressionStrategy;
import io.javalin.compression.Gzip;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.UnsupportedMediaTypeResponse;
import io.javalin.json.JsonMapper;
import io.javalin.router.Endpoint;
import io.javalin.router.EndpointNotFound;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.jackson.Json;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all requests have in common: who is admitted, what is accepted, and how requests fail. */
final class WebApp {

  private static final Logger LOG = LoggerFactory.getLogger(WebApp.class);

  /** Smaller responses are not compressed. */
  private static final int LEAST_ZIPPED = 4 * 1024;

  private final Guard guard;
  private final Assets assets = new Assets();

  WebApp(Guard guard) {
    this.guard = guard;
  }

  /** Configures Javalin, except for its calls. */
  void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.router.ignoreTrailingSlashes = false;
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = RequestBody.MOST_BYTES;
    config.http.defaultContentType = RequestBody.JSON;
    config.http.compressionStrategy = new CompressionStrategy(null, new Gzip());
    config.http.compressionStrategy.setDefaultMinSizeForCompression(LEAST_ZIPPED);
    config.jsonMapper(new ToBytes());
    config.resourceHandler(assets);
    config.routes.before(this::requireOwn);
    config.routes.beforeMatched(this::requireAllowed);
    answerFailures(config);
  }

  private void requireOwn(Context context) {
    context.header("Vary", "Accept-Encoding");
    guard.requireOwn(QueuedResponse.of(context).requestHeaders());
  }

  private void requireAllowed(Context context) {
    Endpoint endpoint = context.endpoints().matchedHttpEndpoint();
    if (endpoint == null) {
      // A file of the page.
      return;
    }
    HttpFields headers = QueuedResponse.of(context).requestHeaders();
    guard.requireOwnPage(headers);
    guard.requireAllowed(context, endpoint);
    Api.Call call = Objects.requireNonNull(endpoint.metadata(Api.Call.class));
    Query.requireKnown(context, call.parameters());
    boolean mayBeEmpty = !call.needsBody() && !headers.contains(HttpHeader.CONTENT_TYPE);
    if (call.hasBody() && !mayBeEmpty && !RequestBody.isJson(headers)) {
      throw new UnsupportedMediaTypeResponse("The content type must be " + RequestBody.JSON);
    }
  }

  private void answerFailures(JavalinConfig config) {
    config.routes.exception(
        HttpResponseException.class, (e, context) -> refuse(context, e.getStatus(), e));
    config.routes.exception(
        EndpointNotFound.class,
        (e, context) ->
            refuseMethod(
                context, assets.has(context.path()) ? Stream.of("GET", "HEAD") : Stream.empty()));
    config.routes.exception(
        MethodNotAllowedResponse.class,
        (e, context) ->
            refuseMethod(
                context,
                e.getDetails().values().stream()
                    .flatMap(all -> Arrays.stream(all.split(", ", -1)))));
    config.routes.exception(
        EofException.class, (e, context) -> refuse(context, 400, "The body ends early"));
    config.routes.exception(JobException.class, (e, context) -> refuse(context, 409, e));
    config.routes.exception(InvalidSettingException.class, (e, context) -> refuse(context, 400, e));
    config.routes.exception(
        StorageException.class,
        (e, context) -> {
          LOG.warn("The job store is not available: {}", e.getMessage());
          refuse(context, 503, e);
        });
    config.routes.exception(
        Exception.class,
        (e, context) -> {
          LOG.error("{} {} failed", context.method().name(), context.path(), e);
          context.status(HttpStatus.INTERNAL_SERVER_ERROR);
        });
    config.routes.error(
        HttpStatus.INTERNAL_SERVER_ERROR,
        context -> refuse(context, 500, "Internal error; see the log of the console"));
  }

  /** Names the methods of a path: to a client that asks for them, or to one that used another. */
  private static void refuseMethod(Context context, Stream<String> methods) {
    TreeSet<String> allowed = new TreeSet<>(methods.toList());
    if (allowed.isEmpty()) {
      refuse(context, 404, "Unknown path; see /api/openapi.json");
      return;
    }
    allowed.add("OPTIONS");
    String names = String.join(", ", allowed);
    context.header("Allow", names);
    if (context.method().equals(HandlerType.OPTIONS)) {
      context.status(HttpStatus.NO_CONTENT);
    } else {
      refuse(context, 405, "The methods of this path are " + names);
    }
  }

  private static void refuse(Context context, int status, Exception cause) {
    refuse(context, status, cause.getMessage());
  }

  private static void refuse(Context context, int status, @Nullable String message) {
    String sentence = Objects.requireNonNullElse(message, "The request failed without a message");
    context.status(status).jsonStream(new ErrorView(sentence, status));
  }

  /** Writes JSON as bytes at once; Javalin's own mapper makes a text first or takes a thread. */
  private static final class ToBytes implements JsonMapper {

    @Override
    public InputStream toJsonStream(Object value, Type type) {
      return new ByteArrayInputStream(Json.bytes(value));
    }
  }
}
