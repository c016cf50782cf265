@NullMarked
package io.ringhaul.internal.limits;

import org.jspecify.annotations.NullMarked;
