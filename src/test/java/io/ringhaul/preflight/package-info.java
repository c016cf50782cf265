@org.jspecify.annotations.NullMarked
package io.ringhaul.preflight;
