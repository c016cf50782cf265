/**
 * Other programs read what Ringhaul wrote, and Ringhaul reads what they wrote. These tests download
 * the programs and take minutes, so they run only with the Maven profile {@code interop}.
 */
@NullMarked
package io.ringhaul.interop;

import org.jspecify.annotations.NullMarked;
