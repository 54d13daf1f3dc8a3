@NullMarked
package dev.warren.producer;

import org.jspecify.annotations.NullMarked;
