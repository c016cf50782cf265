package io.ringhaul.console;

/** A request that fails with an HTTP status and a message for the client. */
final class CallRefusal extends RuntimeException {

  private static final long serialVersionUID = 1;

  static final int BAD_REQUEST = 400;
  static final int UNAUTHORIZED = 401;
  static final int FORBIDDEN = 403;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int CONFLICT = 409;
  static final int TOO_LARGE = 413;
  static final int UNSUPPORTED_TYPE = 415;
  static final int MISDIRECTED = 421;
  static final int TOO_MANY = 429;
  static final int FAILED = 500;
  static final int UNAVAILABLE = 503;

  private final int status;

  CallRefusal(int status, String sentence) {
    super(sentence, null, false, false);
    this.status = status;
  }

  /** The request is invalid. */
  static CallRefusal bad(String sentence) {
    return new CallRefusal(BAD_REQUEST, sentence);
  }

  /** The resource does not exist. */
  static CallRefusal missing(String sentence) {
    return new CallRefusal(NOT_FOUND, sentence);
  }

  /** The current state does not allow the request. */
  static CallRefusal conflict(String sentence) {
    return new CallRefusal(CONFLICT, sentence);
  }

  int status() {
    return status;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
