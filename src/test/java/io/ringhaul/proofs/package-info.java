/** The page that says when everything was last proved. */
@NullMarked
package io.ringhaul.proofs;

import org.jspecify.annotations.NullMarked;
