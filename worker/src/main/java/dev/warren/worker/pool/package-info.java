/** The process that a pool starts for itself. */
@NullMarked
package dev.warren.worker.pool;

import org.jspecify.annotations.NullMarked;
