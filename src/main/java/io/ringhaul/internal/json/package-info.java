/** The JSON format: the reader, the writer and their settings. */
@NullMarked
package io.ringhaul.internal.json;

import org.jspecify.annotations.NullMarked;
