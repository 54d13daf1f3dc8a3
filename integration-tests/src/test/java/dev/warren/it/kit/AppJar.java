package dev.warren.it.kit;

import java.nio.file.Files;
import java.nio.file.Path;

/** The packaged applications. */
public enum AppJar {
  /** The worker service with the built-in tasks. */
  WORKER("worker/target/warren-worker-app.jar"),
  /** The REST service. */
  PRODUCER("producer/target/warren-producer-app.jar"),
  /** The worker application of a user. */
  EXAMPLE_WORKER("examples/word-worker/target/warren-example-word-worker.jar"),
  /** Python's tutorial on Warren. */
  EXAMPLE_TUTORIAL("examples/tutorial/target/warren-example-tutorial.jar");

  private final String path;

  AppJar(String path) {
    this.path = path;
  }

  /** The jar. */
  public Path file() {
    Path file = ProjectFiles.module(path);
    if (!Files.exists(file)) {
      throw new IllegalStateException(file + " is missing: build with mvn verify from the root");
    }
    return file;
  }
}
