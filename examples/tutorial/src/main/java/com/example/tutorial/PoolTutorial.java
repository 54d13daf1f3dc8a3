package com.example.tutorial;

import dev.warren.AsyncResult;
import dev.warren.PoolScope;
import dev.warren.ProcessPoolSettings;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.worker.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.springframework.stereotype.Component;

/** Python's "Using a pool of workers", beside it in {@code pool_tutorial.py}. */
final class PoolTutorial {

  private static final TaskRef<Integer> F = TaskRef.of("f", Integer.class);
  private static final TaskRef<Long> GETPID = TaskRef.of("getpid", Long.class);
  private static final TaskRef<Void> SLEEP = TaskRef.of("sleep", Void.class);

  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  private PoolTutorial() {}

  /** What the pool's processes can do. */
  @Component
  static class Tasks {

    @Task("f")
    public int f(int x) {
      return x * x;
    }

    @Task("getpid")
    public long getpid() {
      return ProcessHandle.current().pid();
    }

    @Task("sleep")
    public void sleep(long seconds) throws InterruptedException {
      Thread.sleep(seconds * 1000);
    }
  }

  static void run(Warren warren) throws InterruptedException, TimeoutException {
    List<Integer> numbers = IntStream.range(0, 10).boxed().toList();
    var four = ProcessPoolSettings.of(4).running(Tasks.class);
    try (PoolScope scope = warren.pool(four).scope()) {
      WorkerPool pool = scope.pool();

      System.out.println(pool.map(F, numbers));

      pool.imapUnordered(F, numbers).forEachRemaining(System.out::println);

      AsyncResult<Integer> res = pool.applyAsync(F, 20);
      System.out.println(res.get(TEN_SECONDS));

      System.out.println(pool.applyAsync(GETPID).get(TEN_SECONDS));

      List<AsyncResult<Long>> several = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        several.add(pool.applyAsync(GETPID));
      }
      List<Long> pids = new ArrayList<>();
      for (AsyncResult<Long> pid : several) {
        pids.add(pid.get(TEN_SECONDS));
      }
      System.out.println(pids);

      try {
        System.out.println(pool.applyAsync(SLEEP, 10).get(Duration.ofSeconds(1)));
      } catch (TimeoutException e) {
        System.out.println("We lacked patience and got a TimeoutError");
      }

      System.out.println("For the moment, the pool remains available");
    }
    System.out.println("Now the pool is closed and no longer available");
  }
}
