package io.ringhaul.console;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes requests in, has them answered, and says what is wrong with those that cannot be. */
final class RequestHandler implements HttpHandler {

  private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

  /** The largest body, in bytes. */
  static final int MOST_BYTES = 64 * 1024;

  private final Guard guard;
  private final Routes routes;
  private final Assets assets;
  private final TimedWorkers workers;

  RequestHandler(Guard guard, Routes routes, Assets assets, TimedWorkers workers) {
    this.guard = guard;
    this.routes = routes;
    this.assets = assets;
    this.workers = workers;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    workers.renew();
    Guard.HEADERS.forEach(exchange.getResponseHeaders()::set);
    reply(exchange).send(exchange, workers);
  }

  private Reply reply(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    try {
      return answer(exchange, headers);
    } catch (Refusal e) {
      if (e.status() == Refusal.UNAUTHORIZED) {
        headers.put("WWW-Authenticate", "Bearer realm=\"ringhaul\"");
      }
      return Reply.refused(e, headers);
    } catch (JobException e) {
      return Reply.refused(Refusal.conflict(sentence(e)), headers);
    } catch (InvalidSettingException e) {
      return Reply.refused(Refusal.bad(sentence(e)), headers);
    } catch (StorageException e) {
      LOG.warn("The job store cannot be used: {}", e.getMessage());
      return Reply.refused(new Refusal(Refusal.UNAVAILABLE, sentence(e)), headers);
    } catch (RuntimeException e) {
      LOG.error("{} {} has failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
      return Reply.refused(
          new Refusal(Refusal.FAILED, "The console has failed; its log says more"), headers);
    }
  }

  private static String sentence(RuntimeException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), "It cannot be done");
  }

  private Reply answer(HttpExchange exchange, Map<String, String> headers) throws IOException {
    guard.requireOwn(exchange.getRequestHeaders());
    String method = exchange.getRequestMethod();
    String path = Objects.requireNonNullElse(exchange.getRequestURI().getRawPath(), "/");
    boolean reads = method.equals("GET") || method.equals("HEAD");
    List<Routes.Match> matches = routes.at(path);
    if (matches.isEmpty()) {
      Optional<Reply> asset = assets.find(path);
      if (asset.isEmpty()) {
        throw Refusal.missing("There is nothing at this address; see /api/openapi.json");
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
                  headers.put("Allow", allowed);
                  return new Refusal(Refusal.METHOD_NOT_ALLOWED, "This address takes " + allowed);
                });
    return call(exchange, match);
  }

  private Reply call(HttpExchange exchange, Routes.Match match) throws IOException {
    guard.requireOwnPage(exchange.getRequestHeaders());
    Route route = match.route();
    boolean isAuthorized = guard.isAuthorized(exchange.getRequestHeaders());
    guard.requireAllowed(route, isAuthorized);
    Map<String, String> query =
        Call.query(exchange.getRequestURI().getRawQuery(), route.parameters());
    byte[] body = route.body().isPresent() ? body(exchange) : new byte[0];
    Call call = new Call(match.path(), query, body, isAuthorized);
    return workers.working(() -> route.handler().apply(call));
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    Headers headers = exchange.getRequestHeaders();
    String type = Objects.requireNonNullElse(headers.getFirst(Reply.TYPE), "");
    if (!type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(Json.TYPE)) {
      throw new Refusal(Refusal.UNSUPPORTED_TYPE, "The body is to be of the type " + Json.TYPE);
    }
    byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      throw new Refusal(
          Refusal.TOO_LARGE, "The body has more than " + MOST_BYTES + " bytes, the most there are");
    }
    return body;
  }
}
