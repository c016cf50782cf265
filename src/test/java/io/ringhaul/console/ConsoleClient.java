package io.ringhaul.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls a console as a program does. */
public final class ConsoleClient {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI base;
  private final String token;

  /**
   * Creates a client.
   *
   * @param uri the address of a console with its token
   */
  public ConsoleClient(URI uri) {
    this.base = uri;
    this.token = uri.getFragment().substring("token=".length());
  }

  /**
   * A response.
   *
   * @param body the body as JSON; a missing node if it is not JSON
   * @param http the complete response
   */
  public record Answer(int status, JsonNode body, HttpResponse<String> http) {

    public String error() {
      return body.path("error").asText();
    }
  }

  public URI uri(String path) {
    return base.resolve(path);
  }

  public String token() {
    return token;
  }

  public Answer get(String path) {
    return call("GET", path, "");
  }

  /** Sends a request with the token. */
  public Answer call(String method, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + token);
    return send(method, body, request);
  }

  /** Sends a request without the token. */
  public Answer stranger(String method, String path, String body) {
    return send(method, body, HttpRequest.newBuilder(uri(path)));
  }

  private Answer send(String method, String body, HttpRequest.Builder request) {
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json; charset=utf-8");
    }
    request
        .timeout(Duration.ofSeconds(60))
        .method(
            method,
            body.isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body));
    try {
      HttpResponse<String> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), tree(answer), answer);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method, e);
    }
  }

  private static JsonNode tree(HttpResponse<String> answer) throws IOException {
    boolean isJson =
        answer.headers().firstValue("Content-Type").orElse("").startsWith("application/json");
    return JSON.readTree(isJson ? answer.body() : "");
  }
}
