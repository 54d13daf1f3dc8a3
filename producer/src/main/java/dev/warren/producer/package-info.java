/**
 * The producer: takes tasks over REST, publishes them to a bounded queue, answers with their
 * results. {@code api} speaks HTTP, {@code dispatch} speaks to the broker, {@code store} remembers.
 */
@NullMarked
package dev.warren.producer;

import org.jspecify.annotations.NullMarked;
