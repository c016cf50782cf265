/** JSON files: one object per line, or one array. */
@NullMarked
package io.ringhaul.json;

import org.jspecify.annotations.NullMarked;
