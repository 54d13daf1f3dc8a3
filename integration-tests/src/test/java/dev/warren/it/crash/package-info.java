/**
 * The crash matrix: tasks are posted over HTTP to real producers, and executed by real workers,
 * while everything in between is killed, one after the other; a checker then says whether what
 * callers were told is what happened.
 */
@NullMarked
package dev.warren.it.crash;

import org.jspecify.annotations.NullMarked;
