@org.jspecify.annotations.NullMarked
package io.ringhaul.internal.preflight;
