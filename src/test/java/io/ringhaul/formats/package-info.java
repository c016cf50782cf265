/** What every format must do alike. */
@NullMarked
package io.ringhaul.formats;

import org.jspecify.annotations.NullMarked;
