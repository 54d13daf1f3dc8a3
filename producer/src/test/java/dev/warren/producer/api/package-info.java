@NullMarked
package dev.warren.producer.api;

import org.jspecify.annotations.NullMarked;
