package io.ringhaul.console;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;
import io.javalin.http.MisdirectedRequestResponse;
import io.javalin.http.UnauthorizedResponse;
import io.javalin.router.Endpoint;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;

/** Admits requests that are addressed to this console and have the required authorization. */
final class Guard {

  /** The headers of every response. None of them allows other sites to read responses. */
  static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cache-Control",
          "no-store");

  /** The path at which a page without a token learns if it needs one. */
  static final String SESSION = "/api/session";

  /** The values of Sec-Fetch-Site that browsers send for pages of other sites. */
  private static final Set<String> OF_OTHERS = Set.of("cross-site", "same-site");

  private static final String OTHER_SITES = "Pages of other sites must not call this console";
  private static final int HTTP_PORT = 80;

  private final Token token;
  private final boolean isLocal;
  private final boolean isEverywhere;
  private final int port;
  private final Set<String> hosts = new HashSet<>();

  /**
   * Creates a guard.
   *
   * @param bound the bound address
   * @param name the host name by which the user configured the address
   */
  Guard(InetSocketAddress bound, String name, Token token) {
    this.token = token;
    this.port = bound.getPort();
    this.isLocal = bound.getAddress().isLoopbackAddress();
    this.isEverywhere = bound.getAddress().isAnyLocalAddress();
    hosts.addAll(List.of("localhost", "127.0.0.1", Hosts.plain("[::1]")));
    hosts.add(Hosts.inUri(bound.getAddress()));
    hosts.add(name.toLowerCase(Locale.ROOT));
  }

  /** Returns true if reading requires no token. */
  boolean isOpen() {
    return isLocal;
  }

  /** Returns true if the request has the token. */
  boolean isAuthorized(HttpFields headers) {
    List<String> given = headers.getValuesList("Authorization");
    return given.size() == 1 && token.isIn(given.get(0));
  }

  /** Refuses requests of pages of other sites and requests to other host names (DNS rebinding). */
  void requireOwn(HttpFields headers) {
    List<String> named = headers.getValuesList("Host");
    String host = named.size() == 1 ? named.get(0).strip().toLowerCase(Locale.ROOT) : "";
    if (!isOwn(host)) {
      throw new MisdirectedRequestResponse("The Host header does not name this console");
    }
    List<String> origins = headers.getValuesList("Origin");
    if (!origins.isEmpty()
        && !(origins.size() == 1
            && origins.get(0).strip().toLowerCase(Locale.ROOT).equals("http://" + host))) {
      throw new ForbiddenResponse(OTHER_SITES);
    }
  }

  private boolean isOwn(String hostAndPort) {
    String suffix = ":" + port;
    String host;
    if (hostAndPort.endsWith(suffix)) {
      host = hostAndPort.substring(0, hostAndPort.length() - suffix.length());
    } else if (port == HTTP_PORT) {
      host = hostAndPort;
    } else {
      return false;
    }
    String plain = Hosts.plain(host);
    return hosts.contains(plain) || (isEverywhere && Hosts.isAddress(plain));
  }

  /** Refuses API calls from pages of other sites, including calls that only read. */
  void requireOwnPage(HttpFields headers) {
    if (headers.getValuesList("Sec-Fetch-Site").stream()
        .anyMatch(site -> OF_OTHERS.contains(site.strip().toLowerCase(Locale.ROOT)))) {
      throw new ForbiddenResponse(OTHER_SITES);
    }
  }

  /**
   * Refuses calls that require the token and do not have it: all that change something, and on an
   * address that other machines reach all but {@link #SESSION}.
   */
  void requireAllowed(Context context, Endpoint call) {
    HttpFields headers = QueuedResponse.of(context).requestHeaders();
    boolean reads = call.method.equals(HandlerType.GET) || call.method.equals(HandlerType.HEAD);
    if (isAuthorized(headers) || (reads && (isLocal || call.path.equals(SESSION)))) {
      return;
    }
    context.header("WWW-Authenticate", "Bearer realm=\"ringhaul\"");
    throw new UnauthorizedResponse(
        "This call requires the console's token in 'Authorization: Bearer TOKEN'; the console"
            + " printed the token at its start");
  }
}
