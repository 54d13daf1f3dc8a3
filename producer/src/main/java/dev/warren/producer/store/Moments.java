package dev.warren.producer.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Moments as the database keeps them. */
public final class Moments {

  private Moments() {}

  /** In whole microseconds, cut off and not rounded: the same in both databases. */
  public static Instant micros(Instant moment) {
    return moment.truncatedTo(ChronoUnit.MICROS);
  }
}
