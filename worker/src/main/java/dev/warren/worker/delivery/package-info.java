/**
 * From a delivery to its settlement: consumes tasks, publishes replies, acks. The only package of
 * the worker that speaks to the broker.
 */
@NullMarked
package dev.warren.worker.delivery;

import org.jspecify.annotations.NullMarked;
