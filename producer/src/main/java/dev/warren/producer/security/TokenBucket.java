package dev.warren.producer.security;

import java.time.Duration;

/** Lets through so many requests per second, and as many at once. Thread-safe; never blocks. */
final class TokenBucket {

  private final int perSecond;
  private double tokens; // guarded by this
  private long filledAt; // guarded by this

  /**
   * @param now of a clock that only goes forward, in nanoseconds
   */
  TokenBucket(int perSecond, long now) {
    this.perSecond = perSecond;
    this.tokens = perSecond;
    this.filledAt = now;
  }

  /** Takes a token. Zero if there was one; otherwise the time until there is. */
  synchronized Duration take(long now) {
    tokens = Math.min(perSecond, tokens + (now - filledAt) * 1e-9 * perSecond);
    filledAt = now;
    if (tokens >= 1) {
      tokens--;
      return Duration.ZERO;
    }
    return Duration.ofNanos((long) Math.ceil((1 - tokens) / perSecond * 1e9));
  }
}
