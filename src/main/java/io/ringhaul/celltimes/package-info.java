/** Write times and times to live of cells: their names, types and selection, and rows by them. */
@NullMarked
package io.ringhaul.celltimes;

import org.jspecify.annotations.NullMarked;
