package io.ringhaul.internal.disk;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Explains the failures of object stores. Their clients are optional, so failures are recognized by
 * the HTTP status in their messages.
 */
public final class RemoteTrouble {

  /** As the clients of S3, Azure and Google Cloud Storage write it. */
  private static final Pattern STATUS =
      Pattern.compile("(?i)status code:?\\s*([1-5][0-9]{2})|^([45][0-9]{2}) [A-Z]");

  /** The details that the AWS client appends. */
  private static final Pattern DETAILS = Pattern.compile("\\s*\\((?:Service|SDK):? .*");

  private RemoteTrouble() {}

  /**
   * Returns the reason and the remedy, which start in lower case and have no full stop; empty for
   * other failures.
   */
  public static Optional<String> of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Optional<String> reason = reason(cause);
      if (reason.isPresent()) {
        return reason;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> reason(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof UnknownHostException) {
      return Optional.of("the host " + message + " is unknown; check the address");
    }
    if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
      return Optional.of("no connection: " + message + "; check the address and its server");
    }
    if (cause instanceof SocketTimeoutException) {
      return Optional.of("the server did not respond in time: " + message);
    }
    if (message.startsWith("Unable to load credentials")) {
      return Optional.of(
          "there are no credentials for the storage; set them, for S3 with s3.access-key-id and"
              + " s3.secret-access-key or in the environment");
    }
    if (message.startsWith("Unable to load region")) {
      return Optional.of("the storage has no region; set client.region");
    }
    Matcher status = STATUS.matcher(message);
    if (!status.find()) {
      return Optional.empty();
    }
    String code = status.group(1) == null ? status.group(2) : status.group(1);
    String said = DETAILS.matcher(message.lines().findFirst().orElse("")).replaceFirst("");
    return Optional.of(
        explanation(Integer.parseInt(code), cause.getClass().getSimpleName(), message)
            // A response to HEAD has no text.
            + (said.isEmpty() || said.equals("null") ? " (" : " (" + code + ": ")
            + (said.isEmpty() || said.equals("null") ? code : said)
            + ")");
  }

  private static String explanation(int status, String type, String message) {
    String said = (type + " " + message).toLowerCase(Locale.ROOT);
    if (said.contains("nosuchbucket") || said.contains("bucket does not exist")) {
      return "the bucket does not exist; create it or correct the location";
    }
    if (said.contains("expiredtoken") || said.contains("token has expired")) {
      return "the credentials of the storage have expired; renew them";
    }
    return switch (status) {
      case 401, 403 ->
          "the storage denies access; check the credentials and what they permit there";
      case 404 -> "the storage has no such object or bucket; check the location";
      case 429, 503 ->
          "the storage limits the rate of requests; use fewer parallel tasks or wait a while";
      default ->
          status >= 500
              ? "the storage failed; wait until it works again"
              : "the storage rejects the request";
    };
  }
}
