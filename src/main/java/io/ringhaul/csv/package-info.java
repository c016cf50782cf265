/**
 * CSV files in the dialect of RFC 4180 (the default) or of DSBulk. In both, null is an empty field
 * without quotes and the empty string is a pair of quotes.
 */
@NullMarked
package io.ringhaul.csv;

import org.jspecify.annotations.NullMarked;
