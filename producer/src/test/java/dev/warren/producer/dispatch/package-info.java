@NullMarked
package dev.warren.producer.dispatch;

import org.jspecify.annotations.NullMarked;
