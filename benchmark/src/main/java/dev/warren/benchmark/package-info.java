/**
 * Measures the producer from outside, beside an endpoint that does nothing but publish, and tasks
 * in processes beside tasks in threads.
 */
@NullMarked
package dev.warren.benchmark;

import org.jspecify.annotations.NullMarked;
