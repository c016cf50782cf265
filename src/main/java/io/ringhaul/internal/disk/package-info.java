/** Durable file system operations, and explanations of their failures. */
@NullMarked
package io.ringhaul.internal.disk;

import org.jspecify.annotations.NullMarked;
