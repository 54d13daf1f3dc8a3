/**
 * Commands to all workers, and what their answers tell: which tasks are nowhere any more. Two front
 * doors, {@link dev.warren.control.ControlSender} and {@link dev.warren.control.LostTasks}.
 * Internal.
 */
@NullMarked
package dev.warren.control;

import org.jspecify.annotations.NullMarked;
