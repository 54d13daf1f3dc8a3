package dev.warren.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ChildrensFolderTest {

  @Test
  void itGoesWithItsWorker() {
    Path path;
    try (ChildrensFolder folder = new ChildrensFolder()) {
      path = folder.path();
      assertThat(path).isDirectory();
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void whatAWorkerHasLeftThatWasKilledIsRemovedByTheNext() throws IOException {
    Path left = Files.createTempDirectory("warren-children-");
    Files.createFile(left.resolve("lock"));
    age(left);

    new ChildrensFolder().close();

    assertThat(left).doesNotExist();
  }

  @Test
  void theFolderOfAWorkerThatLivesStays() throws IOException {
    try (ChildrensFolder living = new ChildrensFolder()) {
      age(living.path());

      new ChildrensFolder().close();

      assertThat(living.path()).isDirectory();
    }
  }

  private static void age(Path folder) throws IOException {
    Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minusSeconds(600)));
  }
}
