/** Jobs that stop, fail and resume on a real cluster. */
@NullMarked
package io.ringhaul.jobs;

import org.jspecify.annotations.NullMarked;
