/**
 * Spring Boot's auto-configuration of the client; the only package of this module that needs
 * Spring.
 */
@NullMarked
package dev.warren.autoconfigure;

import org.jspecify.annotations.NullMarked;
