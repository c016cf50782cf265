/** Seeds of generated test cases. */
@NullMarked
package io.ringhaul.seeds;

import org.jspecify.annotations.NullMarked;
