/**
 * Measures the producer from outside, beside an endpoint that does nothing but publish. Uses no
 * class of Warren's.
 */
@NullMarked
package dev.warren.benchmark;

import org.jspecify.annotations.NullMarked;
