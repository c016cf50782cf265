/** Ringhaul: count, export and import whole tables in parallel over the token ring. */
@NullMarked
package io.ringhaul;

import org.jspecify.annotations.NullMarked;
