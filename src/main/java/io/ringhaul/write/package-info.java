/** What turns the rows of a source into the statements that write them. */
@NullMarked
package io.ringhaul.write;

import org.jspecify.annotations.NullMarked;
