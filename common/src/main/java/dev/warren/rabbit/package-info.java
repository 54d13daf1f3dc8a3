/**
 * The broker as one process sees it, whether client or worker: connections, topology, confirmed
 * publishing, replies. Knows neither pools nor workers. Internal.
 */
@NullMarked
package dev.warren.rabbit;

import org.jspecify.annotations.NullMarked;
