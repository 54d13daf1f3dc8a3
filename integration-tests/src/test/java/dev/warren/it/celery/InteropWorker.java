package dev.warren.it.celery;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs {@link InteropTasks}; started with the packaged worker as its library. */
@SpringBootApplication
public class InteropWorker {

  /** Starts the worker. */
  public static void main(String[] args) {
    SpringApplication.run(InteropWorker.class, args);
  }
}
