/**
 * Runs tasks in children: JVMs of their own, that a task may hang, crash or fill without hurting
 * its worker. {@link dev.warren.worker.process.ProcessExecutor} and the pool behind it are the
 * worker's side, {@link dev.warren.worker.process.ChildMain} is the child's. Knows nothing of the
 * broker.
 */
@NullMarked
package dev.warren.worker.process;

import org.jspecify.annotations.NullMarked;
