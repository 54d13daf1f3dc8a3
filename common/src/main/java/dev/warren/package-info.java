/**
 * Warren's front door: a process pool and a bounded queue that span machines, carried by RabbitMQ.
 *
 * <p>{@link dev.warren.Warren#connect(String)} gives the connection, {@link dev.warren.WorkerPool}
 * submits tasks, {@link dev.warren.AsyncResult} gives their results back. Everything in other
 * packages of this module is internal.
 */
@NullMarked
package dev.warren;

import org.jspecify.annotations.NullMarked;
