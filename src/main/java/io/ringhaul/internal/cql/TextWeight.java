package io.ringhaul.internal.cql;

/**
 * What the text of a statement adds to its mutation beside the bound values: the most that it can
 * be, found without a parser. Literals count by their length and a cell each.
 *
 * @param verb the first word, in lower case
 * @param literals how many literals there are, brackets included, for each of which a cell may be
 *     written
 * @param literalBytes the length of the literals
 * @param deletedColumns the columns that a DELETE names, or more
 * @param nestedMarkers the bind markers and the pairs in the literals of collections
 * @param isNamed whether bind markers may have names, so that a variable does not tell its column
 * @param hasBounds whether there is a {@code <} or a {@code >}
 * @param isOpen whether the size depends on more than the text and the values' length, as with
 *     {@code IN}, JSON and functions
 * @param subtracts whether something is subtracted: from a list, what that writes depends on the
 *     row
 */
record TextWeight(
    String verb,
    int literals,
    long literalBytes,
    int deletedColumns,
    int nestedMarkers,
    boolean isNamed,
    boolean hasBounds,
    boolean isOpen,
    boolean subtracts) {

  boolean isDelete() {
    return verb.equals("delete");
  }

  static TextWeight of(String cql) {
    return new TextWeightReader(CqlTokens.of(cql)).read();
  }
}
