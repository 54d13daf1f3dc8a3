/** The REST API. All that goes wrong is answered as {@code application/problem+json}. */
@NullMarked
package dev.warren.producer.api;

import org.jspecify.annotations.NullMarked;
