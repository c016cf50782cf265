/**
 * Tests with real faults: processes that get SIGKILL and nodes that stop. The tested code has no
 * hooks for them.
 */
@NullMarked
package io.ringhaul.faults;

import org.jspecify.annotations.NullMarked;
