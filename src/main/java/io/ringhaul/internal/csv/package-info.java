/** The CSV format: reader, writer and settings. It works on bytes. */
@NullMarked
package io.ringhaul.internal.csv;

import org.jspecify.annotations.NullMarked;
