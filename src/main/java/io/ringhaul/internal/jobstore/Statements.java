package io.ringhaul.internal.jobstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/** The SQL statements of a resource file, each after a line with two hyphens and its name. */
final class Statements {

  private static final Pattern NAME = Pattern.compile("^-- (\\w+)$", Pattern.MULTILINE);

  private final Map<String, String> statements;

  /**
   * @param columns columns that statements have, by the name in braces that stands for them
   */
  Statements(String file, Map<String, CheckedColumns> columns) {
    String text = text(file, columns);
    this.statements =
        NAME.matcher(text)
            .results()
            .collect(
                Collectors.toUnmodifiableMap(
                    name -> name.group(1), name -> statement(text, name.end())));
  }

  private static String statement(String text, int from) {
    var next = NAME.matcher(text);
    return text.substring(from, next.find(from) ? next.start() : text.length()).strip();
  }

  private static String text(String file, Map<String, CheckedColumns> columns) {
    String text = text(file);
    for (Map.Entry<String, CheckedColumns> each : columns.entrySet()) {
      text = each.getValue().into(text, each.getKey());
    }
    return text;
  }

  /** Returns the text of a resource of this package. */
  static String text(String file) {
    try (InputStream resource =
        Objects.requireNonNull(Statements.class.getResourceAsStream(file), file)) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Query query(Handle handle, String name) {
    return handle.createQuery(sql(name));
  }

  Update update(Handle handle, String name) {
    return handle.createUpdate(sql(name));
  }

  PreparedBatch batch(Handle handle, String name) {
    return handle.prepareBatch(sql(name));
  }

  private String sql(String name) {
    return Objects.requireNonNull(statements.get(name), name);
  }
}
