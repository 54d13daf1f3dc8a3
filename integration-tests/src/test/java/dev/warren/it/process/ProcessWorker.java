package dev.warren.it.process;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs {@link ProcessTasks}; started with the packaged worker as its library. */
@SpringBootApplication
public class ProcessWorker {

  /** Starts the worker. */
  public static void main(String[] args) {
    SpringApplication.run(ProcessWorker.class, args);
  }
}
