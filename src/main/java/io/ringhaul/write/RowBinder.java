package io.ringhaul.write;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.schema.RawRow;
import java.util.List;

/** Makes statements of the rows of one split. Used by one thread. */
public interface RowBinder {

  /**
   * The row as statements on its partition, which are to be done together and in this order; none
   * if nothing of it is to be written.
   */
  List<BoundStatement> bind(RawRow row) throws InterruptedException;
}
