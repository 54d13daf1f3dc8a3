package dev.warren.it.crash;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs {@link CrashTasks}; started with the packaged worker as its library. */
@SpringBootApplication
public class CrashWorker {

  /** Starts the worker. */
  public static void main(String[] args) {
    SpringApplication.run(CrashWorker.class, args);
  }
}
