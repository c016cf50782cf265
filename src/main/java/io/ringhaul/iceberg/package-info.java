/** Exports to and imports from Apache Iceberg tables. */
@NullMarked
package io.ringhaul.iceberg;

import org.jspecify.annotations.NullMarked;
