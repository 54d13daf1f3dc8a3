/**
 * The client of pools: what {@link dev.warren.Warren} gives out, and how each handle comes to its
 * end. One front door, {@link dev.warren.client.RabbitWarren}. Internal.
 */
@NullMarked
package dev.warren.client;

import org.jspecify.annotations.NullMarked;
