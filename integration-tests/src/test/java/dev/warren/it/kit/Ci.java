package dev.warren.it.kit;

/**
 * What CI knows of tests, by their tags. It runs all of them twice, with one JDK and kind of broker
 * and with the others; but what depends on neither and takes its time only once.
 */
public final class Ci {

  /** Runs with JDK 17 and Testcontainers. */
  public static final String FIRST_PASS_ONLY = "first-pass-only";

  /** Runs with JDK 25 and a private node. */
  public static final String SECOND_PASS_ONLY = "second-pass-only";

  private Ci() {}
}
