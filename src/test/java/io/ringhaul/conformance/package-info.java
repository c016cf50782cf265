/** Third-party test suites, run by the Maven profile {@code conformance}. */
@NullMarked
package io.ringhaul.conformance;

import org.jspecify.annotations.NullMarked;
