package com.example.tutorial;

import dev.warren.AsyncResult;
import dev.warren.BoundedQueue;
import dev.warren.PoolScope;
import dev.warren.ProcessPoolSettings;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.worker.Task;
import java.util.Arrays;
import org.springframework.stereotype.Component;

/** Python's "Exchanging objects between processes", beside it in {@code queue_tutorial.py}. */
final class QueueTutorial {

  private static final TaskRef<Void> F = TaskRef.of("f", Void.class);

  private QueueTutorial() {}

  /** What the other process does; its own Warren is injected. */
  @Component
  static class Tasks {

    private final Warren warren;

    Tasks(Warren warren) {
      this.warren = warren;
    }

    @Task("f")
    public void f(String name) throws InterruptedException {
      try (BoundedQueue<Object> q = warren.queue(name, 0, Object.class)) {
        q.put(Arrays.asList(42, null, "hello"));
      }
    }
  }

  static void run(Warren warren) throws InterruptedException {
    var one = ProcessPoolSettings.of(1).running(Tasks.class);
    try (BoundedQueue<Object> q = warren.queue("tutorial", 0, Object.class);
        PoolScope p = warren.pool(one).scope()) {
      AsyncResult<Void> started = p.pool().applyAsync(F, q.name());
      System.out.println(q.take());
      started.get();
    }
  }
}
