package dev.warren.benchmark;

import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Many items in one call of a pool. Each result is checked, in the time that is measured. */
final class PoolLoad implements Load {

  private final Warren warren;
  private final Kind kind;
  private List<Integer> integers = List.of();

  /** What a round is. */
  interface Kind {
    /** One round. */
    RemoteClient.Round round(PoolLoad load, WorkerPool pool, int size, Duration time)
        throws Exception;
  }

  PoolLoad(String broker, Kind kind) {
    this.warren = Warren.connect(broker);
    this.kind = kind;
  }

  @Override
  public RemoteClient.Round round(String queue, int size, Duration time) throws Exception {
    return kind.round(this, warren.pool(queue), size, time);
  }

  /** Maps of so many integers with the default chunk, one after the other; at least one. */
  RemoteClient.Round map(WorkerPool pool, int items, Duration time) throws InterruptedException {
    if (integers.size() != items) {
      integers = IntStream.range(0, items).boxed().toList();
    }
    LongStream.Builder nanos = LongStream.builder();
    long maps = 0;
    long began = System.nanoTime();
    for (long now = began; maps == 0 || now - began < time.toNanos(); maps++) {
      if (!pool.map(NothingWorker.NOTHING, integers).equals(integers)) {
        throw new IllegalStateException("the results are not the items");
      }
      long then = System.nanoTime();
      nanos.add(then - now);
      now = then;
    }
    Latencies all = Latencies.of(nanos.build().toArray(), (System.nanoTime() - began) / 1e9);
    return RemoteClient.Round.of(maps * items, all);
  }

  /** One stream over a generator, with chunks of so many items. It has no latency. */
  RemoteClient.Round imapUnordered(WorkerPool pool, int chunk, Duration time) {
    Counting items = new Counting(System.nanoTime(), time.toNanos());
    Iterable<Integer> once = () -> items;
    long results = 0;
    long sum = 0;
    try (ResultStream<Integer> stream =
        pool.imapUnordered(NothingWorker.NOTHING, once, StreamOptions.chunkSize(chunk))) {
      for (; stream.hasNext(); results++) {
        @Nullable Integer result = stream.next();
        sum += result == null ? -1 : result;
      }
    }
    long given = items.next;
    if (results != given || sum != given * (given - 1) / 2) {
      throw new IllegalStateException(results + " results of " + given + ", or wrong ones");
    }
    return new RemoteClient.Round(results, (System.nanoTime() - items.began) / 1e9, 0, 0, 0);
  }

  /** Counts until the time is over. */
  private static final class Counting implements Iterator<Integer> {
    private final long began;
    private final long nanos;
    private volatile int next; // written by the stream's feeder only

    Counting(long began, long nanos) {
      this.began = began;
      this.nanos = nanos;
    }

    @Override
    public boolean hasNext() {
      return System.nanoTime() - began < nanos;
    }

    @Override
    public Integer next() {
      int value = next;
      next = value + 1;
      return value;
    }
  }

  @Override
  public void close() {
    warren.close();
  }
}
