/** Tests that run for every format. */
@NullMarked
package io.ringhaul.formats;

import org.jspecify.annotations.NullMarked;
