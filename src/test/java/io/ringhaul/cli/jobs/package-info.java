@NullMarked
package io.ringhaul.cli.jobs;

import org.jspecify.annotations.NullMarked;
