package dev.warren.worker.autoconfigure;

import dev.warren.rabbit.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is fresh while the worker takes tasks: a health check for a process without a port. A
 * worker that hangs does not write it any more, so check its age, not only that it is there.
 */
final class ReadyFile implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ReadyFile.class);
  private static final long PERIOD_MILLIS = 2_000;
  private static final long FIRST_LOOKS_MILLIS = 100;

  private final Path file;
  private final BooleanSupplier ready;
  private final ScheduledExecutorService timer = Threads.scheduler("warren-ready-file");

  ReadyFile(Path file, BooleanSupplier ready) {
    this.file = file;
    this.ready = ready;
  }

  void start() {
    timer.execute(this::write);
  }

  private void write() {
    boolean isReady = false;
    try {
      isReady = ready.getAsBoolean();
      if (isReady) {
        Files.writeString(file, Instant.now() + "\n");
      } else {
        Files.deleteIfExists(file);
      }
    } catch (IOException | RuntimeException e) {
      log.warn("the ready file cannot be kept: {}", e.toString());
    } finally {
      if (!timer.isShutdown()) {
        timer.schedule(
            this::write, isReady ? PERIOD_MILLIS : FIRST_LOOKS_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      log.warn("the ready file cannot be removed: {}", e.toString());
    }
  }
}
