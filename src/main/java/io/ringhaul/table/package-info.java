/** A table of a cluster as the source of an import, to copy it. */
@NullMarked
package io.ringhaul.table;

import org.jspecify.annotations.NullMarked;
