/**
 * Worker processes that a pool owns: starts, counts, replaces and stops them. Knows nothing of the
 * broker.
 */
@NullMarked
package dev.warren.process;

import org.jspecify.annotations.NullMarked;
