package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.servererrors.UnauthorizedException;
import io.ringhaul.schema.TableDescription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The role that a session logged in with. The driver does not know its name. The server lets every
 * role list its own roles, including the granted ones, and the permissions of each. Only a
 * superuser can list the roles and permissions of others.
 */
final class Role {

  /** Whether a role has a permission. */
  enum Has {
    YES,
    NO,
    UNKNOWN
  }

  private static final Logger LOG = LoggerFactory.getLogger(Role.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_ROLES = 50;

  private final CqlSession session;

  Role(CqlSession session) {
    this.session = session;
  }

  /**
   * Whether guardrails and permissions do not apply: for superusers, and for all sessions of a
   * cluster without authentication or authorization.
   */
  boolean isUnbound() {
    try {
      list("LIST SELECT PERMISSION ON ALL KEYSPACES");
      return true;
    } catch (UnauthorizedException e) {
      return String.valueOf(e.getMessage()).contains("anonymous");
    } catch (RuntimeException e) {
      // AllowAllAuthorizer refuses to list permissions.
      return String.valueOf(e.getMessage()).contains("AllowAllAuthorizer");
    }
  }

  /** Returns the role's name; empty if it cannot be determined. */
  Optional<String> name() {
    List<String> logins =
        roles().stream().filter(row -> row.getBoolean("login")).map(Role::name).toList();
    return logins.size() == 1 ? Optional.of(logins.get(0)) : Optional.empty();
  }

  /** Returns whether the role has a permission on a table, directly or through a granted role. */
  Has has(String permission, TableDescription table) {
    if (isUnbound()) {
      return Has.YES;
    }
    int listed = 0;
    for (Row row : roles()) {
      try {
        if (!list(String.format(
                "LIST %s PERMISSION ON TABLE %s OF %s",
                permission, table.cql(), TableDescription.quote(name(row))))
            .isEmpty()) {
          return Has.YES;
        }
        listed++;
      } catch (UnauthorizedException e) {
        LOG.debug("Not a role of this session: {}", row.getString("role"));
      }
    }
    return listed == 0 ? Has.UNKNOWN : Has.NO;
  }

  private static String name(Row role) {
    return String.valueOf(role.getString("role"));
  }

  private List<Row> roles() {
    try {
      return list("LIST ROLES").stream().limit(MOST_ROLES).toList();
    } catch (RuntimeException e) {
      LOG.debug("Cannot list the roles of this session", e);
      return List.of();
    }
  }

  private List<Row> list(String cql) {
    return session
        .execute(
            SimpleStatement.newInstance(cql)
                .setPageSize(ProbeStatement.SMALL_PAGE)
                .setTimeout(PATIENCE)
                .setIdempotent(true))
        .all();
  }
}
