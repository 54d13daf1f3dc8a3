package dev.warren.it.kit;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files of this project, wherever the tests are started from. */
public final class ProjectFiles {

  private static final Path ROOT = findRoot();

  private ProjectFiles() {}

  /** A path below the project's root. */
  public static Path module(String path) {
    return ROOT.resolve(path);
  }

  private static Path findRoot() {
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("integration-tests/pom.xml"))) {
        return folder;
      }
    }
    throw new IllegalStateException("the project's root is not above " + start);
  }
}
