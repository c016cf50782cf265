/** Tables with reproducible rows, and folders for files. */
@NullMarked
package io.ringhaul.benchmarks.data;

import org.jspecify.annotations.NullMarked;
