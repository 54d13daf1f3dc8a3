/** What it costs to write and to read tasks and replies, without a broker. */
@NullMarked
package dev.warren.benchmark.codec;

import org.jspecify.annotations.NullMarked;
