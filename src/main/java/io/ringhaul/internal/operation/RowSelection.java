package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.scan.RowCondition;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which rows of a table are read.
 *
 * @param condition what they must fulfil
 * @param ranges the tokens that they may have; empty for all
 * @param maxRows how many at the most; 0 for all
 * @param listed what is told of the tokens if they are those of listed partitions
 */
public record RowSelection(
    RowCondition condition, Optional<TokenRangeSet> ranges, long maxRows, Optional<String> listed) {

  /** The whole table. */
  public static final RowSelection ALL =
      new RowSelection(RowCondition.NONE, Optional.empty(), 0, Optional.empty());

  private static final String TOKEN_RANGE = "tokenRange";

  /** The part of the token space in which the rows lie. */
  TokenRangeSet tokens() {
    return ranges.orElseGet(TokenRangeSet::wholeRing);
  }

  public RowSelection where(String cql) {
    return new RowSelection(
        new RowCondition(Optional.of(WhereClause.checked(cql)), condition.allowFiltering()),
        ranges,
        maxRows,
        listed);
  }

  public RowSelection withFiltering() {
    return new RowSelection(new RowCondition(condition.where(), true), ranges, maxRows, listed);
  }

  /** Adds a range to those that were given before; the first one takes the place of the ring. */
  public RowSelection withRange(long startExclusive, long endInclusive) {
    if (startExclusive == endInclusive) {
      throw new InvalidSettingException(
          TOKEN_RANGE,
          String.format(
              "tokenRange (%d, %d] ends where it starts; leave it out to read the whole ring",
              startExclusive, endInclusive));
    }
    TokenRangeSet added = TokenRangeSet.of(new TokenRange(startExclusive, endInclusive));
    if (added.isEmpty()) {
      throw new InvalidSettingException(
          TOKEN_RANGE,
          String.format(
              "tokenRange (%d, %d] has no token that a row can have",
              startExclusive, endInclusive));
    }
    return new RowSelection(
        condition, Optional.of(ranges.map(added::union).orElse(added)), maxRows, listed);
  }

  public RowSelection withMaxRows(long rows) {
    if (rows < 1) {
      throw new InvalidSettingException("maxRows", "maxRows is " + rows + "; it takes at least 1");
    }
    return new RowSelection(condition, ranges, rows, listed);
  }

  /**
   * Returns the selection of these rows in listed partitions only.
   *
   * @param partitions the tokens of the partitions
   * @param way what lists them
   */
  public RowSelection within(TokenRangeSet partitions, ListedPartitions way) {
    TokenRangeSet tokens = tokens().intersect(partitions);
    if (tokens.isEmpty()) {
      throw new InvalidSettingException(
          "partitionBy", "The list of what to read has no token of the ranges that are to be read");
    }
    return new RowSelection(condition, Optional.of(tokens), maxRows, Optional.of(way.text(tokens)));
  }

  /**
   * Returns this selection after checking its settings.
   *
   * @throws InvalidSettingException if its parts contradict each other
   */
  public RowSelection checked() {
    if (condition.allowFiltering() && condition.where().isEmpty()) {
      throw new InvalidSettingException(
          "allowFiltering",
          "allowFiltering needs a condition to filter by; set " + Setting.WHERE.callWithValue());
    }
    return this;
  }

  /** The settings that leave rows out, by their names. */
  Map<String, String> restrictions() {
    Map<String, String> texts = new LinkedHashMap<>();
    condition.where().ifPresent(cql -> texts.put("where", cql));
    if (listed.isPresent()) {
      texts.put("partitionBy", listed.get());
    } else {
      ranges.ifPresent(set -> texts.put(TOKEN_RANGE, set.toString()));
    }
    if (maxRows > 0) {
      texts.put("maxRows", Long.toString(maxRows));
    }
    return texts;
  }
}
