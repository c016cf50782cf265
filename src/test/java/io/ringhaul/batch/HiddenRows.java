package io.ringhaul.batch;

/** Makes a row of a type that is not public, for tests in other packages. */
public final class HiddenRows {

  private HiddenRows() {}

  record Hidden(int orderId) {}

  public static Object row() {
    return new Hidden(1);
  }
}
