/** What Warren must do, shown with real processes on a real RabbitMQ, and the laws of its code. */
@NullMarked
package dev.warren.it;

import org.jspecify.annotations.NullMarked;
