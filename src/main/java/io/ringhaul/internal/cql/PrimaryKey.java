package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.cql.CqlTokens.Kind;
import io.ringhaul.internal.cql.CqlTokens.Token;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TableSchema.Column;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The primary key of a table to create.
 *
 * @param partition the stored names of the partition key
 * @param clustering the stored names of the clustering columns
 * @param descending the clustering columns in descending order
 */
public record PrimaryKey(List<String> partition, List<String> clustering, Set<String> descending) {

  public PrimaryKey {
    partition = List.copyOf(partition);
    clustering = List.copyOf(clustering);
    descending = Set.copyOf(descending);
  }

  /**
   * Parses a key as in {@code PRIMARY KEY} of CQL without the outer brackets: {@code id}, {@code
   * id, day} or {@code (id, day), time DESC}.
   *
   * @throws InvalidSettingException if it is not one
   */
  public static PrimaryKey parse(String text) {
    List<Token> tokens = CqlTokens.of(text);
    List<String> partition = new ArrayList<>();
    List<String> clustering = new ArrayList<>();
    Set<String> descending = new HashSet<>();
    int at = 0;
    if (!tokens.isEmpty() && tokens.get(0).isSymbol('(')) {
      do {
        partition.add(name(text, tokens, at + 1));
        at += 2;
      } while (isSymbol(tokens, at, ','));
      if (!isSymbol(tokens, at, ')')) {
        throw invalid(text);
      }
    } else {
      partition.add(name(text, tokens, at));
    }
    at++;
    while (isSymbol(tokens, at, ',')) {
      String name = name(text, tokens, at + 1);
      clustering.add(name);
      at += 2;
      if (at < tokens.size() && (tokens.get(at).is("desc") || tokens.get(at).is("asc"))) {
        if (tokens.get(at).is("desc")) {
          descending.add(name);
        }
        at++;
      }
    }
    boolean isDistinct =
        Stream.concat(partition.stream(), clustering.stream()).distinct().count()
            == partition.size() + clustering.size();
    if (at < tokens.size() || !isDistinct) {
      throw invalid(text);
    }
    return new PrimaryKey(partition, clustering, descending);
  }

  private static boolean isSymbol(List<Token> tokens, int at, char symbol) {
    return at < tokens.size() && tokens.get(at).isSymbol(symbol);
  }

  private static String name(String text, List<Token> tokens, int at) {
    if (at >= tokens.size() || tokens.get(at).kind() != Kind.WORD) {
      throw invalid(text);
    }
    return tokens.get(at).name().asInternal();
  }

  private static InvalidSettingException invalid(String text) {
    return new InvalidSettingException(
        Setting.PRIMARY_KEY.method(),
        String.format(
            "%s is \"%s\"; it takes columns as in CQL, such as \"id\" or \"(id, day), time desc\"",
            Setting.PRIMARY_KEY.mark(), text));
  }

  /** Returns the columns of the key that a schema lacks, in CQL form. */
  public Optional<String> missing(TableSchema schema) {
    String missing =
        Stream.concat(partition.stream(), clustering.stream())
            .filter(name -> schema.column(name).isEmpty())
            .map(name -> CqlIdentifier.fromInternal(name).asCql(true))
            .collect(Collectors.joining(", "));
    return missing.isEmpty() ? Optional.empty() : Optional.of(missing);
  }

  /** Returns a schema with this key in place of its own. Collections in the key become frozen. */
  public TableSchema of(TableSchema schema) {
    return new TableSchema(
        schema.keyspace(),
        schema.table(),
        Stream.concat(partition.stream(), clustering.stream()).toList(),
        schema.columns().stream().map(this::column).toList(),
        schema.userTypes());
  }

  private Column column(Column column) {
    String name = column.name();
    if (partition.contains(name)) {
      return new Column(name, frozen(column.type()), ColumnDescription.Kind.PARTITION_KEY, false);
    } else if (clustering.contains(name)) {
      return new Column(
          name,
          frozen(column.type()),
          ColumnDescription.Kind.CLUSTERING,
          descending.contains(name));
    }
    boolean staysStatic = column.kind() == ColumnDescription.Kind.STATIC && !clustering.isEmpty();
    boolean isMetadata = column.kind() == ColumnDescription.Kind.METADATA;
    return staysStatic || isMetadata
        ? column
        : new Column(name, column.type(), ColumnDescription.Kind.REGULAR, false);
  }

  private static String frozen(String type) {
    return type.contains("<") && !type.startsWith("frozen<") && !type.startsWith("vector<")
        ? "frozen<" + type + ">"
        : type;
  }
}
