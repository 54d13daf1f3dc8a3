package dev.warren.benchmark;

import java.time.Duration;
import java.util.stream.LongStream;

/** Groups of so many items over REST, one after the other, until all results are read. */
final class RestGroupLoad implements Load {

  private final GroupRun groups;

  RestGroupLoad(String address) {
    this.groups = new GroupRun(address);
  }

  @Override
  public RemoteClient.Round round(String queue, int items, Duration time) throws Exception {
    LongStream.Builder nanos = LongStream.builder();
    double seconds = 0;
    long all = 0;
    for (; all == 0 || seconds < time.toMillis() / 1e3; all += items) {
      double read = groups.run(queue, items).read();
      nanos.add((long) (read * 1e9));
      seconds += read;
    }
    return RemoteClient.Round.of(all, Latencies.of(nanos.build().toArray(), seconds));
  }

  @Override
  public void close() {}
}
