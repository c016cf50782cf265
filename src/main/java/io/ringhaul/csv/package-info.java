/**
 * CSV files: RFC 4180 by default, or as DSBulk writes and reads them. Null is an empty field
 * without quotes, the empty string is a pair of quotes, in both.
 */
@NullMarked
package io.ringhaul.csv;

import org.jspecify.annotations.NullMarked;
