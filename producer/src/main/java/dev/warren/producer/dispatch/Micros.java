package dev.warren.producer.dispatch;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Moments as exact as databases keep them. */
final class Micros {

  private Micros() {}

  static Instant of(Instant moment) {
    return moment.truncatedTo(ChronoUnit.MICROS);
  }
}
