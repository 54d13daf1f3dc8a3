package dev.warren.it.canvas;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs {@link CanvasTasks}; started with the packaged worker as its library. */
@SpringBootApplication
public class CanvasWorker {

  /** Starts the worker. */
  public static void main(String[] args) {
    SpringApplication.run(CanvasWorker.class, args);
  }
}
