package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Looks at statements and remembers what it saw of prepared ones. Thread-safe. */
final class StatementCatalog {

  private final CqlSession session;
  private final Map<PreparedStatement, WrittenTable> tables = new ConcurrentHashMap<>();

  StatementCatalog(CqlSession session) {
    this.session = session;
  }

  /** What there is to know of a statement. */
  StatementTraits traits(BatchableStatement<?> statement) {
    WrittenTable table = table(statement);
    return new StatementTraits(table.kindOf(statement), false, false, false, table);
  }

  private WrittenTable table(BatchableStatement<?> statement) {
    return statement instanceof BoundStatement bound
        ? tables.computeIfAbsent(
            bound.getPreparedStatement(), prepared -> WrittenTable.of(session, prepared))
        : WrittenTable.UNKNOWN;
  }

  /** Names the row of a statement, for people. */
  String rowOf(BatchableStatement<?> statement) {
    return statement instanceof BoundStatement bound
        ? table(bound).rowOf(bound)
        : ((SimpleStatement) statement).getQuery();
  }
}
