package io.ringhaul.internal.write;

import io.ringhaul.exceptions.InvalidSettingException;

/**
 * The names of columns with the write times and TTLs of other columns' cells.
 *
 * @param writetime the name pattern for write times, with {@code %s} for the column's name
 * @param ttl the name pattern for TTLs, with {@code %s} for the column's name
 * @param readAt the name of the column with the time at which the TTLs were read
 */
public record CellTimeNames(String writetime, String ttl, String readAt) {

  /** {@code c_writetime}, {@code c_ttl} and {@code ttl_read_at}. */
  public static final CellTimeNames DEFAULT =
      new CellTimeNames("%s_writetime", "%s_ttl", "ttl_read_at");

  private static final String PLACE = "%s";

  public CellTimeNames withWritetime(String pattern) {
    return new CellTimeNames(checked("writetimeNames", pattern), ttl, readAt);
  }

  public CellTimeNames withTtl(String pattern) {
    return new CellTimeNames(writetime, checked("ttlNames", pattern), readAt);
  }

  public CellTimeNames withReadAt(String name) {
    if (name.isEmpty()) {
      throw new InvalidSettingException("ttlReadAtName", "ttlReadAtName is empty; give a name");
    }
    return new CellTimeNames(writetime, ttl, name);
  }

  public String writetimeOf(String column) {
    return writetime.replace(PLACE, column);
  }

  public String ttlOf(String column) {
    return ttl.replace(PLACE, column);
  }

  private static String checked(String setting, String pattern) {
    int place = pattern.indexOf(PLACE);
    if (place < 0 || pattern.indexOf(PLACE, place + 1) >= 0 || pattern.length() == PLACE.length()) {
      throw new InvalidSettingException(
          setting,
          String.format(
              "%s is \"%s\"; it takes a pattern with %%s once for the column's name and more text"
                  + " around it, such as \"%%s_writetime\"",
              setting, pattern));
    }
    return pattern;
  }
}
