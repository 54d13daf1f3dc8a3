package dev.warren.worker.process;

import dev.warren.WarrenException.ConfigurationException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which the children of one worker have theirs, below {@code java.io.tmpdir}; nobody
 * but this user can open it. It goes with the worker. What a worker that was killed has left is
 * removed by the next one: a lock tells that its owner lives.
 */
final class ChildrensFolder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ChildrensFolder.class);

  private static final String PREFIX = "warren-children-";
  private static final String LOCK = "lock";

  /** The system's limit is 108, or less; a child adds its number and the socket's name. */
  private static final int LONGEST = 80;

  /** One that is younger may not be locked yet. */
  private static final Duration YOUNG = Duration.ofMinutes(1);

  private final Path path;
  private final FileChannel lock;

  /**
   * Makes it.
   *
   * @throws ConfigurationException if there is no place for it
   */
  ChildrensFolder() {
    try {
      this.path = Files.createTempDirectory(PREFIX);
      this.lock =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock.lock();
    } catch (IOException e) {
      throw new ConfigurationException(
          "there is no folder for the children's sockets: " + e + "; check java.io.tmpdir", e);
    }
    if (path.toString().length() > LONGEST) {
      close();
      throw new ConfigurationException(
          "the path of java.io.tmpdir is too long for a socket in it: "
              + path.getParent()
              + "; start the worker with a shorter one, as -Djava.io.tmpdir=/tmp",
          null);
    }
    removeOrphans(path.getParent());
  }

  Path path() {
    return path;
  }

  private void removeOrphans(Path place) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(place, PREFIX + "*")) {
      for (Path one : all) {
        if (!one.equals(path) && isOrphan(one)) {
          delete(one);
        }
      }
    } catch (IOException | RuntimeException e) {
      log.debug("folders of workers that were killed stay", e);
    }
  }

  private static boolean isOrphan(Path folder) {
    FileTime young = FileTime.from(Instant.now().minus(YOUNG));
    try (FileChannel file = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
      return Files.getLastModifiedTime(folder).compareTo(young) < 0 && file.tryLock() != null;
    } catch (IOException | OverlappingFileLockException e) {
      return false; // another user's, or another worker's of this process
    }
  }

  /** Deletes a folder, or a file, as far as it can. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | RuntimeException e) {
      log.debug("{} is not deleted", folder, e);
    }
  }

  @Override
  public void close() {
    delete(path);
    try {
      lock.close();
    } catch (IOException e) {
      log.debug("the lock of {} is not given up", path, e);
    }
  }
}
