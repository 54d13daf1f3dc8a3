package com.example.tutorial;

import dev.warren.Warren;
import java.util.concurrent.TimeoutException;

/**
 * Python's tutorial of pools and queues, on Warren.
 *
 * <pre>{@code
 * java -jar warren-example-tutorial.jar amqp://user:secret@localhost:5672 pool
 * java -jar warren-example-tutorial.jar amqp://user:secret@localhost:5672 queue
 * }</pre>
 */
public final class Tutorial {

  private Tutorial() {}

  /** Runs one of the two. */
  public static void main(String[] args) throws InterruptedException, TimeoutException {
    if (args.length != 2 || !args[1].matches("pool|queue")) {
      System.err.println("usage: Tutorial BROKER-URI pool|queue");
      System.exit(2);
    }
    try (Warren warren = Warren.connect(args[0])) {
      if (args[1].equals("pool")) {
        PoolTutorial.run(warren);
      } else {
        QueueTutorial.run(warren);
      }
    }
  }
}
