/**
 * A worker application as a user writes one, whose task leaves a trace of each execution on disk,
 * outside of all of Warren's code.
 */
@NullMarked
package dev.warren.it.journal;

import org.jspecify.annotations.NullMarked;
