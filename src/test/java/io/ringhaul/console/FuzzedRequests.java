package io.ringhaul.console;

import io.ringhaul.job.Job;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Generates partially valid requests. */
final class FuzzedRequests {

  private static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "X", "");

  private static final List<String> NAMES =
      List.of(
          "job",
          "limit",
          "offset",
          "status",
          "q",
          "component",
          "name",
          "since",
          "until",
          "open",
          "x",
          "");

  private static final List<String> TEXTS =
      List.of(
          "1",
          "0",
          "-1",
          "1000",
          "99999999999999999999",
          "true",
          "maybe",
          "RUNNING",
          "RUNNING,,",
          "2026-01-01T00:00:00Z",
          "+999999999-12-31T23:59:59Z",
          "-1000000000-01-01T00:00Z",
          "%00",
          "%ff%fe",
          "%F0%9F%98%80",
          "%ED%A0%80",
          "a%20b",
          "../..",
          "%2e%2e%2f",
          "'",
          "\"",
          "NaN",
          "%zz",
          "\u00e4",
          "<script>",
          "rows");

  private static final List<String> BODIES =
      List.of(
          "",
          "{}",
          "[]",
          "null",
          "1",
          "\"x\"",
          "{\"command\":[\"export\"]}",
          "{\"job\":null}",
          "{\"name\":1e999}",
          "{\"labels\":{\"a\":[]}}",
          "{\"seconds\":1}",
          "{",
          "\u0000",
          "{\"a\":".repeat(2_000),
          "[".repeat(5_000),
          "{\"value\":" + "9".repeat(2_000) + "}");

  private final Random random;
  private final String host;
  private final String token;
  private final List<String> paths;

  /**
   * Creates a generator.
   *
   * @param token the token of authorized requests
   */
  FuzzedRequests(Random random, JobConsole console, Job job, String token) {
    this.random = random;
    this.token = token;
    this.host = console.uri().getAuthority();
    String jobPath = "/api/batch-jobs/" + job.id();
    this.paths =
        List.of(
            "/",
            "/index.html",
            "/assets/main.js",
            "/api/batch-jobs",
            jobPath,
            jobPath + "/start",
            jobPath + "/stop",
            jobPath + "/restart",
            jobPath + "/partitions",
            jobPath + "/profile",
            "/api/batch-partitions/" + job.id() + ":0",
            "/api/batch-partitions/" + job.id() + ":0/retry",
            "/api/performance-metrics",
            "/api/performance-metrics/summary?job=" + job.id(),
            "/api/performance-metrics/bottlenecks?job=" + job.id(),
            "/api/resource-usage/summary",
            "/api/resource-usage/constraints?job=" + job.id(),
            "/api/tuning/history",
            "/api/tuning/recommendations?job=" + job.id(),
            "/api/tuning/apply",
            "/api/openapi.json",
            "/api/session",
            "/metrics",
            "/nothing",
            "*",
            "http://" + host + "/",
            "//",
            "/api/batch-jobs/" + "x".repeat(3_000),
            "/%",
            "/a b",
            "mailto:x",
            "",
            "/api/events/");
  }

  byte[] next() {
    byte[] request = request().getBytes(StandardCharsets.ISO_8859_1);
    if (random.nextInt(4) == 0) {
      for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
        request[random.nextInt(request.length)] = (byte) random.nextInt(256);
      }
    }
    return request;
  }

  private String request() {
    String body = random.nextBoolean() ? "" : any(BODIES);
    StringBuilder text = new StringBuilder();
    text.append(any(METHODS)).append(' ').append(target());
    text.append(random.nextInt(20) == 0 ? " HTTP/9.9\r\n" : " HTTP/1.1\r\n");
    text.append("Host: ").append(random.nextInt(10) == 0 ? any(TEXTS) : host).append("\r\n");
    text.append("Connection: close\r\n");
    if (random.nextInt(10) == 0) {
      text.append("Origin: ").append(any(TEXTS)).append("\r\n");
    }
    if (random.nextInt(4) > 0) {
      text.append("Authorization: Bearer ").append(token).append("\r\n");
    }
    if (random.nextInt(20) == 0) {
      text.append("X-").append("y".repeat(random.nextInt(20_000))).append(": z\r\n");
    }
    if (random.nextInt(20) == 0) {
      text.append("Transfer-Encoding: ").append(random.nextBoolean() ? "chunked" : "x");
      text.append("\r\n");
    }
    if (random.nextInt(20) == 0) {
      text.append(any(TEXTS)).append("\r\n");
    }
    if (!body.isEmpty()) {
      text.append("Content-Type: ");
      text.append(random.nextInt(5) == 0 ? any(TEXTS) : "application/json").append("\r\n");
      int length = random.nextInt(10) == 0 ? random.nextInt(100_000) - 100 : body.length();
      text.append("Content-Length: ").append(length).append("\r\n");
    }
    return text.append("\r\n").append(body).toString();
  }

  private String target() {
    StringBuilder target = new StringBuilder(any(paths));
    for (int more = random.nextInt(3); more > 0; more--) {
      target.append(target.indexOf("?") < 0 ? '?' : '&').append(any(NAMES));
      target.append(random.nextInt(10) == 0 ? "" : "=").append(any(TEXTS));
    }
    if (random.nextInt(10) == 0) {
      target.insert(random.nextInt(target.length() + 1), any(TEXTS));
    }
    return target.toString();
  }

  private String any(List<String> texts) {
    return texts.get(random.nextInt(texts.size()));
  }
}
