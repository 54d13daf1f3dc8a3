/** Publishes tasks, and consumes their replies into the store. */
@NullMarked
package dev.warren.producer.dispatch;

import org.jspecify.annotations.NullMarked;
