/** What a job may take of the process, the disk and the hours of a day. */
@NullMarked
package io.ringhaul.resource;

import org.jspecify.annotations.NullMarked;
