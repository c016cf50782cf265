/** Error messages of requests that cannot work and fail before they create anything. */
@NullMarked
package io.ringhaul.errors;

import org.jspecify.annotations.NullMarked;
