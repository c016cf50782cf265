/**
 * Auto-configuration for Spring Boot 3.5: {@link io.ringhaul.spring.RinghaulAutoConfiguration} and
 * its properties. The application provides Spring Boot.
 */
@NullMarked
package io.ringhaul.spring;

import org.jspecify.annotations.NullMarked;
