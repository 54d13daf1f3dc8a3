/** Tasks that run later, and again. */
@NullMarked
package dev.warren.it.retry;

import org.jspecify.annotations.NullMarked;
