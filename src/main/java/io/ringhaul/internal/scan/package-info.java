/** Plans and runs the range queries that read a whole table. */
@NullMarked
package io.ringhaul.internal.scan;

import org.jspecify.annotations.NullMarked;
