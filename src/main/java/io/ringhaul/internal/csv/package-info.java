/** The CSV format on bytes: the reader, the writer and their settings. */
@NullMarked
package io.ringhaul.internal.csv;

import org.jspecify.annotations.NullMarked;
