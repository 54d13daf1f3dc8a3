/**
 * Tasks and replies as they travel: Celery's message protocol v2 and its rpc result body, JSON
 * only. Knows no broker client.
 */
@NullMarked
package dev.warren.wire;

import org.jspecify.annotations.NullMarked;
