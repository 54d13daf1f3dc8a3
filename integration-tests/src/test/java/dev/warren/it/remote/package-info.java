/** What Celery's tools see of a worker and tell it: events and remote control. */
@NullMarked
package dev.warren.it.remote;

import org.jspecify.annotations.NullMarked;
