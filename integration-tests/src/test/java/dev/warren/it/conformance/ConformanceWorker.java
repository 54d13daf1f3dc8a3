package dev.warren.it.conformance;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs {@link ConformanceTasks}; started with the packaged worker as its library. */
@SpringBootApplication
public class ConformanceWorker {

  /** Starts the worker. */
  public static void main(String[] args) {
    SpringApplication.run(ConformanceWorker.class, args);
  }
}
