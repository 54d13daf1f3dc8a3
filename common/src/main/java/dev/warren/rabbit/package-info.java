/**
 * All that speaks to RabbitMQ on the client's side: connections, topology, confirmed publishing,
 * replies. Internal.
 */
@NullMarked
package dev.warren.rabbit;

import org.jspecify.annotations.NullMarked;
