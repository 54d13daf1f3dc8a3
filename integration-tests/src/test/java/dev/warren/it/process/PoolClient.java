package dev.warren.it.process;

import dev.warren.ProcessPoolSettings;
import dev.warren.Warren;
import dev.warren.WarrenException;
import dev.warren.WorkerPool;
import java.util.List;

/** A program that uses a pool with processes of its own and is then killed, or just returns. */
public final class PoolClient {

  /** Stands before the queue's name and the ids of the pool's processes, in one line. */
  public static final String POOL = "[pool] ";

  private PoolClient() {}

  /**
   * Makes a pool and prints what it is.
   *
   * @param args the broker's URI, and {@code stay} or {@code leave}
   */
  public static void main(String[] args) throws InterruptedException {
    Warren warren = Warren.connect(args[0]);
    try {
      WorkerPool pool = warren.pool(ProcessPoolSettings.of(2).running(ProcessTasks.class));
      List<Long> pids = pool.map(ProcessTasks.PID, List.of(500, 500), 1);
      System.out.println(POOL + pool.queueName() + " " + pids.get(0) + " " + pids.get(1));
      if (args[1].equals("stay")) {
        pool.apply(ProcessTasks.PID, 600_000);
      }
    } catch (WarrenException e) {
      long children = ProcessHandle.current().children().count();
      System.out.println(POOL + e.getClass().getSimpleName() + " " + e.getMessage());
      System.out.println(POOL + children + " children");
    }
  }
}
