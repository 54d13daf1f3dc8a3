/** Runs tasks: from a task to an {@link dev.warren.worker.execute.Outcome}. Knows no broker. */
@NullMarked
package dev.warren.worker.execute;

import org.jspecify.annotations.NullMarked;
