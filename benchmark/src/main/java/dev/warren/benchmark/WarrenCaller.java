package dev.warren.benchmark;

import dev.warren.Warren;
import dev.warren.WarrenSettings;
import dev.warren.WorkerPool;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Calls with {@link WorkerPool#applyAsync}; a body of 256 bytes. */
final class WarrenCaller implements Caller {

  /** With what is around it, a body of 256 bytes. */
  private static final String ARGUMENT = "x".repeat(186);

  private final Warren warren;
  private final Map<String, WorkerPool> pools = new ConcurrentHashMap<>();

  WarrenCaller(String broker, boolean coalesced) {
    warren = Warren.connect(broker, WarrenSettings.defaults().withCoalescedReplies(coalesced));
  }

  @Override
  public void call(String queue, Done done) {
    pools
        .computeIfAbsent(queue, warren::pool)
        .applyAsync(NothingWorker.IGNORE, ARGUMENT)
        .toCompletableFuture()
        .whenComplete((value, failure) -> done.end(failure));
  }

  @Override
  public void close() {
    warren.close();
  }
}
