package io.ringhaul.internal.telemetry;

/**
 * How often a symptom must be seen to be a bottleneck, and how long not for the bottleneck to be
 * over. The two differ so that what comes and goes is one bottleneck and not many.
 *
 * @param seen in so many samples
 * @param of these last ones
 * @param quiet so many samples in a row without it
 */
record Persistence(int seen, int of, int quiet) {

  /**
   * Three of the last five seconds: a collection of a node or of this process, a flush or a full
   * connection disturbs one or two of them and is no bottleneck, and what lasts is still found well
   * within ten seconds.
   */
  static final Persistence USUAL = new Persistence(3, 5, 10);

  /**
   * For what never happens in a healthy run, so that twice is enough, and which pauses between
   * attempts keep apart: they grow to some seconds.
   */
  static final Persistence RARE = new Persistence(2, 8, 10);

  /**
   * Four of the last six: for what a node of a busy machine does by itself for up to three seconds,
   * as long as a flush and a collection take it, and what lasts is still found within eight.
   */
  static final Persistence LASTING = new Persistence(4, 6, 10);

  /** For what may well be so for a few seconds: five of the last seven. */
  static final Persistence LONG = new Persistence(5, 7, 10);
}
