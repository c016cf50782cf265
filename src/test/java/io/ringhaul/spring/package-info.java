/** Tests of the auto-configuration for Spring Boot. */
@NullMarked
package io.ringhaul.spring;

import org.jspecify.annotations.NullMarked;
