/** Which field of a source becomes which column, and which column becomes which field. */
@NullMarked
package io.ringhaul.internal.mapping;

import org.jspecify.annotations.NullMarked;
