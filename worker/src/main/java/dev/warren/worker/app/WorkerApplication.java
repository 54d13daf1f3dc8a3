package dev.warren.worker.app;

import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** The executable worker, with the built-in example tasks of this package. */
@SpringBootApplication
public class WorkerApplication {

  /** Starts a worker; settings come from the environment or {@code --name=value}. */
  public static void main(String[] args) {
    new SpringApplicationBuilder(WorkerApplication.class)
        .properties("spring.application.name=warren-worker")
        .bannerMode(Banner.Mode.OFF)
        .run(args);
  }
}
