/** Very many items through a client with a small heap. */
@NullMarked
package dev.warren.it.million;

import org.jspecify.annotations.NullMarked;
