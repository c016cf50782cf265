/** Real servers of a lakehouse for tests: an object store. */
@NullMarked
package io.ringhaul.lake;

import org.jspecify.annotations.NullMarked;
