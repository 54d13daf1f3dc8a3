/** Tasks that follow each other: chains, groups and chords, as a user of the library sees them. */
@NullMarked
package dev.warren.it.canvas;

import org.jspecify.annotations.NullMarked;
