/** Tests of who is let in. */
@NullMarked
package dev.warren.producer.security;

import org.jspecify.annotations.NullMarked;
