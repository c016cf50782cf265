/** Files on the local disk and in object stores, and how they are found, read and written. */
@NullMarked
package io.ringhaul.internal.storage;

import org.jspecify.annotations.NullMarked;
