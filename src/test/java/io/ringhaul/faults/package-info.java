/**
 * Faults that are caused for real: processes that get SIGKILL and nodes that are gone. The code
 * under test knows nothing of it.
 */
@NullMarked
package io.ringhaul.faults;

import org.jspecify.annotations.NullMarked;
