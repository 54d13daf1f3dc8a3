@NullMarked
package dev.warren.producer.store;

import org.jspecify.annotations.NullMarked;
