package dev.warren.it.harm;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs {@link HarmTasks}; started with the packaged worker as its library. */
@SpringBootApplication
public class HarmWorker {

  /** Starts the worker. */
  public static void main(String[] args) {
    SpringApplication.run(HarmWorker.class, args);
  }
}
