/** What tasks can do to the process that runs them, and what the others see of it. */
@NullMarked
package dev.warren.it.harm;

import org.jspecify.annotations.NullMarked;
