/**
 * Queues of items: both ends of a {@link dev.warren.BoundedQueue} and a {@link
 * dev.warren.JoinableQueue}, on a channel of their own. Knows nothing of tasks. Internal.
 */
@NullMarked
package dev.warren.queue;

import org.jspecify.annotations.NullMarked;
