/**
 * Real Celery clients call Warren workers, and Warren calls real Celery workers, on one broker:
 * Debian's {@code python3-celery}, and {@code celery-node} from npm.
 */
@NullMarked
package dev.warren.it.celery;

import org.jspecify.annotations.NullMarked;
