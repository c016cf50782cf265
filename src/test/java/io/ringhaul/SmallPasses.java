package io.ringhaul;

/** Makes a comparison hold few rows at a time. */
public final class SmallPasses {

  private SmallPasses() {}

  /** The request, with passes of at most this many rows of the source. */
  public static VerifyRequest of(VerifyRequest request, long rows) {
    return request.rowsInMemory(rows);
  }
}
