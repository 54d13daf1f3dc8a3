/** What is known of each task. Knows neither HTTP nor the broker. */
@NullMarked
package dev.warren.producer.store;

import org.jspecify.annotations.NullMarked;
