package dev.warren.it.retry;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs {@link RetryTasks}; started with the packaged worker as its library. */
@SpringBootApplication
public class RetryWorker {

  /** Starts the worker. */
  public static void main(String[] args) {
    SpringApplication.run(RetryWorker.class, args);
  }
}
