/** Descriptions of tables and columns, read from the driver's schema metadata. */
@NullMarked
package io.ringhaul.schema;

import org.jspecify.annotations.NullMarked;
