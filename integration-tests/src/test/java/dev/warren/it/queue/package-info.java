/** Programs that put to and take from queues, each in a JVM of its own. */
@NullMarked
package dev.warren.it.queue;

import org.jspecify.annotations.NullMarked;
