/**
 * The executable worker: an application with example tasks, each of which does real work on real
 * input. The tasks are beans of this application only; an application of your own that depends on
 * this module does not get them.
 */
@NullMarked
package dev.warren.worker.app;

import org.jspecify.annotations.NullMarked;
