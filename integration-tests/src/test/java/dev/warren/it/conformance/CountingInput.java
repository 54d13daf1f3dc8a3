package dev.warren.it.conformance;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;

/** The numbers from 0 on, without an end unless one is given; counts what it has handed out. */
final class CountingInput implements Iterable<Integer> {

  private final int failsAt;
  private final AtomicInteger handedOut = new AtomicInteger();

  private CountingInput(int failsAt) {
    this.failsAt = failsAt;
  }

  /** Never ends. */
  static CountingInput endless() {
    return new CountingInput(Integer.MAX_VALUE);
  }

  /** Throws a {@link SayWhenException} in place of that number. */
  static CountingInput failingAt(int index) {
    return new CountingInput(index);
  }

  int handedOut() {
    return handedOut.get();
  }

  @Override
  public Iterator<Integer> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Integer next() {
        if (handedOut.get() == failsAt) {
          throw new SayWhenException();
        }
        return handedOut.getAndIncrement();
      }
    };
  }
}
