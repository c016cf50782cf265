/** The JSON format: reader, writer and settings. */
@NullMarked
package io.ringhaul.internal.json;

import org.jspecify.annotations.NullMarked;
