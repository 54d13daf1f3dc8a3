/**
 * What the behaviour tests stand on: a real broker, and the packaged applications as processes of
 * their own. Nothing started here outlives the JVM that runs the tests.
 */
@NullMarked
package dev.warren.it.kit;

import org.jspecify.annotations.NullMarked;
