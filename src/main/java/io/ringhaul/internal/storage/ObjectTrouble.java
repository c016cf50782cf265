package io.ringhaul.internal.storage;

import io.ringhaul.internal.disk.ExplainedException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Explains why an object store refused a request, and what to do. The clients of the stores are
 * optional, so that their exceptions are known by their messages.
 */
final class ObjectTrouble {

  private static final Pattern STATUS = Pattern.compile("(?i)status code:? (\\d{3})");

  /** Parts of messages in lower case, and the explanation with the remedy. */
  private static final List<Map.Entry<String, String>> REMEDIES =
      List.of(
          Map.entry(
              "unable to load credentials",
              "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a"
                  + " profile with AWS_PROFILE, or a role of this machine"),
          Map.entry(
              "unable to load region",
              "no region is set: set AWS_REGION, or the property client.region"),
          Map.entry(
              "token has expired",
              "the session token has expired: renew the credentials and resume or repeat"),
          Map.entry(
              "expiredtoken",
              "the session token has expired: renew the credentials and resume or repeat"),
          Map.entry(
              "token included in the request is expired",
              "the session token has expired: renew the credentials and resume or repeat"),
          Map.entry(
              "access key id you provided does not exist",
              "the store does not know the access key: check the credentials"),
          Map.entry(
              "signature we calculated does not match",
              "the secret key is wrong: check the credentials"),
          Map.entry("bucket does not exist", "the bucket does not exist: create it or correct it"),
          Map.entry("nosuchbucket", "the bucket does not exist: create it or correct it"),
          Map.entry(
              "no filesystem for scheme",
              "a library is missing: add " + ObjectScheme.HDFS.artifacts() + " to the class path"),
          Map.entry(
              "connection refused",
              "nothing answers there: check that the store is up, and its endpoint"),
          Map.entry("unknownhost", "the host is unknown: check the endpoint and the region"),
          Map.entry(
              "timed out", "the store does not answer in time: check the network and the endpoint"),
          Map.entry(
              "slow down",
              "the store throttles requests, also after retries: lower the parallelism or raise"
                  + " s3.retry.num-retries"),
          Map.entry(
              "reduce your request rate",
              "the store throttles requests, also after retries: lower the parallelism or raise"
                  + " s3.retry.num-retries"),
          Map.entry(
              "no space left", "the local disk for parts of uploads is full: free some space"));

  private static final Map<Integer, String> STATUSES =
      Map.of(
          401, "the store does not accept the credentials: check them",
          403, "the credentials have no permission for this: grant it or use others",
          404, "the bucket or the object does not exist",
          429,
              "the store throttles requests, also after retries: lower the parallelism or raise"
                  + " s3.retry.num-retries",
          500, "the store failed, also after retries: try again later",
          503,
              "the store throttles requests or is down, also after retries: lower the parallelism"
                  + " or raise s3.retry.num-retries");

  private ObjectTrouble() {}

  /** Returns the exception for a failure of a request. */
  static ExplainedException of(Throwable failure) {
    if (failure instanceof ExplainedException known) {
      return known;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String said = String.valueOf(cause).toLowerCase(Locale.ROOT);
      for (Map.Entry<String, String> remedy : REMEDIES) {
        if (said.contains(remedy.getKey())) {
          return new ExplainedException(withMessage(remedy.getValue(), cause), failure);
        }
      }
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String remedy = STATUSES.get(status(cause));
      if (remedy != null) {
        return new ExplainedException(withMessage(remedy, cause), failure);
      }
    }
    Throwable last = failure;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String said = firstLine(last.getMessage());
    return new ExplainedException(
        said.isEmpty() || !(last instanceof IOException || status(last) > 0)
            ? firstLine(last.toString())
            : said,
        failure);
  }

  private static int status(Throwable cause) {
    Matcher status = STATUS.matcher(String.valueOf(cause.getMessage()));
    return status.find() ? Integer.parseInt(status.group(1)) : 0;
  }

  private static String withMessage(String remedy, Throwable cause) {
    String said = firstLine(cause.getMessage());
    return said.isEmpty() ? remedy : remedy + " (" + said + ")";
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : message.lines().findFirst().orElse("");
  }
}
