@NullMarked
package io.ringhaul.internal.mapping;

import org.jspecify.annotations.NullMarked;
