@NullMarked
package dev.warren.benchmark;

import org.jspecify.annotations.NullMarked;
