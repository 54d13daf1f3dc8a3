package dev.warren.it.conformance;

/** What an input throws in these tests; named as in CPython's. */
final class SayWhenException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  SayWhenException() {
    super("say when");
  }
}
