package io.ringhaul.console;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.javalin.router.EndpointMetadata;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;

/** Adds the calls of the API to the routes. The resource {@code openapi.json} describes them. */
record Api(RoutesConfig routes) {

  private static final String VARIABLE = "{id}";

  /**
   * What a call takes.
   *
   * @param parameters the names of the query parameters
   * @param hasBody true if the call reads a body
   * @param needsBody true if the call fails without a body
   */
  record Call(List<String> parameters, boolean hasBody, boolean needsBody)
      implements EndpointMetadata {}

  /** Adds a call that only reads. */
  void get(String path, Handler handler, String... parameters) {
    Call call = new Call(List.of(parameters), false, false);
    add(HandlerType.GET, path, call, handler);
    add(HandlerType.HEAD, path, call, handler);
  }

  /** Adds a call that changes something. */
  void change(HandlerType method, String path, Handler handler) {
    add(method, path, new Call(List.of(), false, false), handler);
  }

  /** Adds a call that changes something and reads a body. */
  <T extends Record> void change(
      HandlerType method, String path, Class<T> body, BiConsumer<Context, T> handler) {
    add(
        method,
        path,
        new Call(List.of(), true, true),
        context -> handler.accept(context, RequestBody.read(context.bodyAsBytes(), body)));
  }

  /**
   * Adds a call that changes something and may have a body.
   *
   * @param empty the body of a request without one
   */
  <T extends Record> void change(
      HandlerType method, String path, Class<T> body, T empty, BiConsumer<Context, T> handler) {
    add(
        method,
        path,
        new Call(List.of(), true, false),
        context -> {
          byte[] bytes = context.bodyAsBytes();
          handler.accept(context, bytes.length == 0 ? empty : RequestBody.read(bytes, body));
        });
  }

  private void add(HandlerType method, String path, Call call, Handler handler) {
    routes.addEndpoint(Endpoint.create(method, path).addMetadata(call).handler(handler));
    if (path.endsWith(VARIABLE)) {
      // For Javalin, variables are not empty; the handler's message is clearer than an unknown
      // path.
      String empty = path.substring(0, path.length() - VARIABLE.length());
      routes.addEndpoint(Endpoint.create(method, empty).addMetadata(call).handler(handler));
    }
  }

  /** Returns the id in the path; may be empty. */
  static String id(Context context) {
    return context.pathParamMap().getOrDefault("id", "");
  }

  /** Returns the job id in the path. */
  static UUID jobId(Context context) {
    return Query.jobId(id(context));
  }
}
