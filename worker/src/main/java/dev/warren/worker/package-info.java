/** What an author of tasks meets: {@link dev.warren.worker.Task} and the worker's settings. */
@NullMarked
package dev.warren.worker;

import org.jspecify.annotations.NullMarked;
