/** Whole operations on a real cluster, compared value by value. */
@NullMarked
package io.ringhaul.it;

import org.jspecify.annotations.NullMarked;
