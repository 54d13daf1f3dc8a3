package dev.warren.rabbit;

/**
 * What passive declares tell of a task queue at one moment.
 *
 * @param ready tasks that wait in it
 * @param putOff tasks that wait beside it, in {@code .due} and {@code .delay}
 * @param consumers consumers of the queue itself
 */
public record QueueLook(long ready, long putOff, int consumers) {}
