/** Steps on the file system that survive a crash, and what to say when one fails. */
@NullMarked
package io.ringhaul.internal.disk;

import org.jspecify.annotations.NullMarked;
