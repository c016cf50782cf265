package io.ringhaul.console;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.StorageException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Dispatches requests and converts failures to error responses. */
final class RequestHandler extends Handler.Abstract {

  private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

  /** The largest body in bytes. */
  static final int MOST_BYTES = 64 * 1024;

  private final Guard guard;
  private final Routes routes;
  private final Assets assets;
  private final Connections connections;

  RequestHandler(Guard guard, Routes routes, Assets assets, Connections connections) {
    this.guard = guard;
    this.routes = routes;
    this.assets = assets;
    this.connections = connections;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback, connections);
    exchange.serve();
    Guard.HEADERS.forEach(exchange::putHeader);
    send(exchange, () -> answer(exchange));
    return true;
  }

  private static void send(Exchange exchange, Supplier<Reply> answer) {
    reply(exchange, answer).send(exchange);
  }

  private static Reply reply(Exchange exchange, Supplier<Reply> answer) {
    try {
      return answer.get();
    } catch (CallRefusal e) {
      Map<String, String> headers =
          e.status() == CallRefusal.UNAUTHORIZED
              ? Map.of("WWW-Authenticate", "Bearer realm=\"ringhaul\"")
              : Map.of();
      return Reply.refused(e, headers);
    } catch (JobException e) {
      return Reply.refused(CallRefusal.conflict(sentence(e)), Map.of());
    } catch (InvalidSettingException e) {
      return Reply.refused(CallRefusal.bad(sentence(e)), Map.of());
    } catch (StorageException e) {
      LOG.warn("The job store is not available: {}", e.getMessage());
      return Reply.refused(new CallRefusal(CallRefusal.UNAVAILABLE, sentence(e)), Map.of());
    } catch (RuntimeException e) {
      LOG.error(
          "{} {} failed", exchange.method(), exchange.request().getHttpURI().getPathQuery(), e);
      return Reply.refused(
          new CallRefusal(CallRefusal.FAILED, "Internal error; see the log of the console"),
          Map.of());
    }
  }

  private static String sentence(RuntimeException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), "The request failed without a message");
  }

  private Reply answer(Exchange exchange) {
    guard.requireOwn(exchange.headers());
    String method = exchange.method();
    String rawPath = exchange.request().getHttpURI().getPath();
    String path = rawPath == null || rawPath.isEmpty() ? "/" : rawPath;
    boolean reads = method.equals("GET") || method.equals("HEAD");
    List<Routes.Match> matches = routes.at(path);
    if (matches.isEmpty()) {
      Optional<Reply> asset = assets.find(path);
      if (asset.isEmpty()) {
        throw CallRefusal.missing("Unknown path; see /api/openapi.json");
      }
      if (reads) {
        return asset.get();
      }
    }
    String allowed = matches.isEmpty() ? "GET, HEAD, OPTIONS" : Routes.methods(matches);
    if (method.equals("OPTIONS")) {
      return Reply.empty(Map.of("Allow", allowed));
    }
    String wanted = method.equals("HEAD") ? "GET" : method;
    Routes.Match match =
        matches.stream()
            .filter(each -> each.route().method().equals(wanted))
            .findFirst()
            .orElseThrow(
                () -> {
                  exchange.putHeader("Allow", allowed);
                  return new CallRefusal(
                      CallRefusal.METHOD_NOT_ALLOWED, "The methods of this path are " + allowed);
                });
    return call(exchange, match);
  }

  private Reply call(Exchange exchange, Routes.Match match) {
    guard.requireOwnPage(exchange.headers());
    Route route = match.route();
    boolean isAuthorized = guard.isAuthorized(exchange.headers());
    guard.requireAllowed(route, isAuthorized);
    Map<String, String> query =
        Call.query(exchange.request().getHttpURI().getQuery(), route.parameters());
    if (!route.hasBody()) {
      return route.handler().apply(new Call(match.path(), query, new byte[0], isAuthorized));
    }
    requireJson(exchange);
    return later ->
        later.readBody(
            MOST_BYTES,
            body ->
                send(
                    later,
                    () -> {
                      requireBounded(body);
                      return route
                          .handler()
                          .apply(new Call(match.path(), query, body, isAuthorized));
                    }));
  }

  private static void requireJson(Exchange exchange) {
    String type = Objects.requireNonNullElse(exchange.headers().get(Reply.TYPE), "");
    if (!type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(Json.TYPE)) {
      throw new CallRefusal(CallRefusal.UNSUPPORTED_TYPE, "The content type must be " + Json.TYPE);
    }
  }

  private static void requireBounded(byte[] body) {
    if (body.length > MOST_BYTES) {
      throw new CallRefusal(
          CallRefusal.TOO_LARGE, "The body exceeds the limit of " + MOST_BYTES + " bytes");
    }
  }
}
