/** What the producer's store promises, on a real PostgreSQL and on a file of H2. */
@NullMarked
package dev.warren.it.store;

import org.jspecify.annotations.NullMarked;
