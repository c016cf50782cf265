@NullMarked
package io.ringhaul.resource;

import org.jspecify.annotations.NullMarked;
