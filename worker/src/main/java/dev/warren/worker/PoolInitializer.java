package dev.warren.worker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A public method of a Spring bean, without parameters, that runs once in each process that runs
 * tasks, before its first one: in the worker before it takes tasks, and in each child of {@link
 * Isolation#PROCESS}, also one that takes another's place. Python's {@code initializer} of a {@code
 * Pool}.
 *
 * <p>It may take its time, and block. If it throws, the worker does not start, or the child counts
 * as one that could not be started. Of several the order is that of their beans.
 *
 * @see <a href="https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool">
 *     multiprocessing.Pool</a>
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface PoolInitializer {}
