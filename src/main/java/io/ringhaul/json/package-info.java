/** Tables as JSON: one document a line, or one array. */
@NullMarked
package io.ringhaul.json;

import org.jspecify.annotations.NullMarked;
