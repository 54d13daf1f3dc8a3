package dev.warren.worker.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The executable worker, with the built-in example tasks of this package. */
@SpringBootApplication
public class WorkerApplication {

  /** Starts a worker; settings come from the environment or {@code --name=value}. */
  public static void main(String[] args) {
    SpringApplication.run(WorkerApplication.class, args);
  }
}
