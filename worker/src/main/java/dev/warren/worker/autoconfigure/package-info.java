/**
 * Spring's part of the worker: finds the tasks, starts and stops the runtime with the application.
 */
@NullMarked
package dev.warren.worker.autoconfigure;

import org.jspecify.annotations.NullMarked;
