package io.ringhaul.internal.iceberg;

import java.util.List;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells which tables or namespaces a catalog has in place of a missing table. */
final class CatalogContents {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogContents.class);

  private static final int MOST_NAMES = 10;

  private CatalogContents() {}

  /**
   * Returns the end of a sentence about a missing table: the tables of its namespace, or the
   * namespaces beside a missing one. Empty if the catalog does not list them.
   */
  static String beside(Catalog catalog, TableIdentifier missing) {
    try {
      Namespace namespace = missing.namespace();
      if (catalog instanceof SupportsNamespaces all && !all.namespaceExists(namespace)) {
        List<String> names = all.listNamespaces().stream().map(Namespace::toString).toList();
        return ": it has " + (names.isEmpty() ? "no namespace" : "the namespaces " + listed(names));
      }
      List<String> names =
          catalog.listTables(namespace).stream().map(TableIdentifier::name).toList();
      return String.format(
          ": the namespace %s has %s", namespace, names.isEmpty() ? "no table" : listed(names));
    } catch (RuntimeException e) {
      // The role may read a table and not list the others.
      LOG.debug("The contents of the catalog cannot be listed", e);
      return "";
    }
  }

  private static String listed(List<String> names) {
    String first = String.join(", ", names.stream().sorted().limit(MOST_NAMES).toList());
    int more = names.size() - MOST_NAMES;
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
