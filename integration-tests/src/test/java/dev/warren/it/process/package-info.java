/** Tasks that tell of the process they run in, and clients with pools that own processes. */
@NullMarked
package dev.warren.it.process;

import org.jspecify.annotations.NullMarked;
