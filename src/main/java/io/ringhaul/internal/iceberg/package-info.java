/** Exports to Iceberg tables and imports from them: catalogs, plans, data files and commits. */
@NullMarked
package io.ringhaul.internal.iceberg;

import org.jspecify.annotations.NullMarked;
