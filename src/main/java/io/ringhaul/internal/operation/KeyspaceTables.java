package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.scan.SizeEstimate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Selects the tables of a keyspace by their names.
 *
 * @param patterns names in CQL form, in which {@code *} stands for any text and {@code ?} for one
 *     character; empty for all tables
 */
public record KeyspaceTables(List<String> patterns) {

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_*?]+|\"[A-Za-z0-9_*?]+\"");

  public KeyspaceTables {
    patterns = List.copyOf(patterns);
    for (String pattern : patterns) {
      if (!FORM.matcher(pattern).matches()) {
        throw new InvalidSettingException(
            "tables",
            "'"
                + pattern
                + "' is not a name of tables; it takes letters, digits, underscores, * and ?");
      }
    }
  }

  /** Returns the tables of a keyspace, the largest first by the estimates of the servers. */
  public List<CqlIdentifier> largestFirst(CqlSession session, CqlIdentifier keyspace) {
    LocalNodes nodes = LocalNodes.of(session);
    Map<CqlIdentifier, Long> sizes = new LinkedHashMap<>();
    TableLookup lookup = new TableLookup(session);
    for (CqlIdentifier table :
        selected(
            lookup.keyspace(keyspace).getTables().keySet(), "keyspace " + keyspace.asCql(true))) {
      boolean isOnTablets =
          RingSource.of(session, keyspace, table).read(nodes.datacenter()).isOnTablets();
      sizes.put(
          table,
          new SizeEstimate(session, lookup.readable(keyspace, table), nodes.nodes(), isOnTablets)
              .bytes());
    }
    return sizes.entrySet().stream()
        .sorted(Map.Entry.<CqlIdentifier, Long>comparingByValue(Comparator.reverseOrder()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the tables whose names the folders within a folder have, by name. */
  public List<CqlIdentifier> foldersIn(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return selected(
          entries
              .filter(Files::isDirectory)
              .map(each -> String.valueOf(each.getFileName()))
              .filter(name -> !name.startsWith(".") && !name.startsWith("_"))
              .map(CqlIdentifier::fromInternal)
              .toList(),
          "folder " + folder);
    } catch (IOException e) {
      throw new StorageException(
          folder.toString(), "The folder of the tables cannot be read: " + e, e);
    }
  }

  private List<CqlIdentifier> selected(Collection<CqlIdentifier> all, String where) {
    for (String pattern : patterns) {
      if (all.stream().noneMatch(table -> matches(pattern, table))) {
        throw new InvalidSettingException(
            "tables", String.format("No table in the %s matches %s", where, pattern));
      }
    }
    if (all.isEmpty()) {
      throw new InvalidSettingException("tables", "There is no table in the " + where);
    }
    return all.stream()
        .filter(
            table ->
                patterns.isEmpty()
                    || patterns.stream().anyMatch(pattern -> matches(pattern, table)))
        .sorted(Comparator.comparing(CqlIdentifier::asInternal))
        .toList();
  }

  private static boolean matches(String pattern, CqlIdentifier table) {
    String name =
        pattern.startsWith("\"")
            ? pattern.substring(1, pattern.length() - 1)
            : pattern.toLowerCase(Locale.ROOT);
    return table.asInternal().matches(name.replace("*", ".*").replace('?', '.'));
  }

  /**
   * Writes a file with the CQL text that creates a keyspace with its types, tables, indexes, views,
   * functions and aggregates.
   */
  public static void writeSchema(CqlSession session, CqlIdentifier keyspace, Path file) {
    KeyspaceMetadata metadata = new TableLookup(session).keyspace(keyspace);
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(file, schema(session, metadata), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StorageException(
          file.toString(), "The schema cannot be written to " + file + ": " + e, e);
    }
  }

  /** The server's own description; the driver's for servers that have none. */
  private static String schema(CqlSession session, KeyspaceMetadata keyspace) {
    try {
      return session.execute("DESCRIBE KEYSPACE " + keyspace.getName().asCql(true)).all().stream()
          .map(row -> row.getString("create_statement"))
          .collect(Collectors.joining("\n\n", "", "\n"));
    } catch (DriverException e) {
      return keyspace.describeWithChildren(true) + "\n";
    }
  }
}
