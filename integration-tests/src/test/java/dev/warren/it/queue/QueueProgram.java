package dev.warren.it.queue;

import dev.warren.BoundedQueue;
import dev.warren.JoinableQueue;
import dev.warren.Warren;

/**
 * One of the processes around a queue: {@code <role> <uri> <queue> <max-size> [<name> <count>]}.
 * What it does it prints, a line for each item.
 */
public final class QueueProgram {

  private QueueProgram() {}

  /** Runs the role that the first argument names. */
  public static void main(String[] args) throws Exception {
    String queue = args[2];
    int maxSize = Integer.parseInt(args[3]);
    try (Warren warren = Warren.connect(args[1])) {
      switch (args[0]) {
        case "produce" -> produce(warren.queue(queue, maxSize, String.class), args[4], args[5]);
        case "consume" -> consume(warren.queue(queue, maxSize, String.class));
        case "work" -> work(warren.joinableQueue(queue, maxSize, String.class));
        case "hold" -> hold(warren.joinableQueue(queue, maxSize, String.class));
        case "branch" -> branch(warren.joinableQueue(queue, maxSize, String.class));
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
  }

  /** Puts {@code <name>:0} and so on. */
  private static void produce(BoundedQueue<String> queue, String name, String count)
      throws InterruptedException {
    for (int i = 0; i < Integer.parseInt(count); i++) {
      queue.put(name + ":" + i);
    }
  }

  /** Takes until a null: Python's {@code iter(queue.get, None)}. */
  private static void consume(BoundedQueue<String> queue) throws InterruptedException {
    System.out.println("ready");
    for (String item = queue.take(); item != null; item = queue.take()) {
      System.out.println("took " + item);
    }
  }

  /** Takes and does until a null. */
  private static void work(JoinableQueue<String> queue) throws InterruptedException {
    System.out.println("ready");
    for (String item = queue.take(); item != null; item = queue.take()) {
      System.out.println("did " + item);
      queue.taskDone();
    }
    queue.taskDone();
  }

  /** Takes one and never does it. */
  private static void hold(JoinableQueue<String> queue) throws InterruptedException {
    System.out.println("holds " + queue.take());
    Thread.currentThread().join();
  }

  /** An item that is a number n leads to two of n-1, down to 0; until a null. */
  private static void branch(JoinableQueue<String> queue) throws InterruptedException {
    System.out.println("ready");
    for (String item = queue.take(); item != null; item = queue.take()) {
      int number = Integer.parseInt(item);
      for (int i = 0; i < 2 && number > 0; i++) {
        queue.put(String.valueOf(number - 1));
      }
      System.out.println("did " + item);
      queue.taskDone();
    }
    queue.taskDone();
  }
}
