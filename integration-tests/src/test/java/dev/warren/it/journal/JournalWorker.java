package dev.warren.it.journal;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs {@link JournalTasks}; started with the packaged worker as its library. */
@SpringBootApplication
public class JournalWorker {

  /** Starts the worker. */
  public static void main(String[] args) {
    SpringApplication.run(JournalWorker.class, args);
  }
}
