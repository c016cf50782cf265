/** Tables, columns, rows and token ranges. */
@NullMarked
package io.ringhaul.schema;

import org.jspecify.annotations.NullMarked;
