/** Tables and their rows, the same in every run, and folders for files. */
@NullMarked
package io.ringhaul.benchmarks.data;

import org.jspecify.annotations.NullMarked;
