/** Events, as Celery's workers send them: what a worker and its tasks do, for whoever watches. */
@NullMarked
package dev.warren.worker.event;

import org.jspecify.annotations.NullMarked;
