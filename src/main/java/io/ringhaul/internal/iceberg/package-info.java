/** Exports to and imports from Iceberg tables: catalogs, plans, data files and commits. */
@NullMarked
package io.ringhaul.internal.iceberg;

import org.jspecify.annotations.NullMarked;
