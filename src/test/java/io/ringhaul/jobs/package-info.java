/** Jobs on a real cluster: stopped, failed, and taken up again. */
@NullMarked
package io.ringhaul.jobs;

import org.jspecify.annotations.NullMarked;
