package dev.warren.worker.app;

import dev.warren.worker.Task;
import java.util.Arrays;
import org.springframework.stereotype.Component;

/** Tasks that keep a processor busy. */
@Component
final class MathTasks {

  static final long LARGEST_LIMIT = 10_000_000_000L;

  /** Odd numbers sieved at a time: few enough for a core's own cache. */
  private static final int SEGMENT = 1 << 18;

  /**
   * {@code math.prime_count}: how many primes there are up to a limit, found with a segmented sieve
   * of Eratosthenes. Takes about half a second for 10<sup>8</sup> and less than 2 MB whatever the
   * limit.
   *
   * @param limit the largest number looked at, at most 10<sup>10</sup>
   * @return the number of primes ≤ {@code limit}; 0 below 2
   * @throws IllegalArgumentException if {@code limit} is more than 10<sup>10</sup>
   * @throws InterruptedException soon after the thread is interrupted
   */
  @Task("math.prime_count")
  public long primeCount(long limit) throws InterruptedException {
    if (limit > LARGEST_LIMIT) {
      throw new IllegalArgumentException("limit must be at most " + LARGEST_LIMIT + ": " + limit);
    }
    if (limit < 2) {
      return 0;
    }
    Sieve sieve = new Sieve((int) Math.sqrt(limit));
    long primes = 1; // 2, the only even one
    for (long low = 3; low <= limit; low += 2L * SEGMENT) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted at " + low + " of " + limit);
      }
      primes += sieve.countNext((int) Math.min(SEGMENT, (limit - low) / 2 + 1));
    }
    return primes;
  }

  /** Goes through the odd numbers from 3 on, one segment after the other. */
  private static final class Sieve {

    private final int[] primes;

    /**
     * For each prime the index, in the next segment, of its next odd multiple; its square at first.
     */
    private final long[] multiples;

    private final boolean[] composite = new boolean[SEGMENT];

    Sieve(int largestPrime) {
      primes = oddPrimes(largestPrime);
      multiples = Arrays.stream(primes).mapToLong(p -> ((long) p * p - 3) / 2).toArray();
    }

    /** Counts the primes among the next {@code size} odd numbers. */
    int countNext(int size) {
      Arrays.fill(composite, false);
      for (int i = 0; i < primes.length; i++) {
        long multiple = multiples[i];
        for (; multiple < SEGMENT; multiple += primes[i]) {
          composite[(int) multiple] = true;
        }
        multiples[i] = multiple - SEGMENT;
      }
      int count = 0;
      for (int i = 0; i < size; i++) {
        if (!composite[i]) {
          count++;
        }
      }
      return count;
    }

    private static int[] oddPrimes(int largest) {
      boolean[] crossed = new boolean[largest + 1];
      int[] found = new int[largest / 2 + 1];
      int count = 0;
      for (int p = 3; p <= largest; p += 2) {
        if (!crossed[p]) {
          found[count++] = p;
          for (long multiple = (long) p * p; multiple <= largest; multiple += p) {
            crossed[(int) multiple] = true;
          }
        }
      }
      return Arrays.copyOf(found, count);
    }
  }
}
