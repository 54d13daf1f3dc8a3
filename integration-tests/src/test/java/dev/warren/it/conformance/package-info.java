/**
 * Python's statements about {@code multiprocessing.Pool}, one test or more for each, with workers
 * in processes of their own. A test's name begins with the row of docs/python-mapping.md that it
 * shows.
 */
@NullMarked
package dev.warren.it.conformance;

import org.jspecify.annotations.NullMarked;
