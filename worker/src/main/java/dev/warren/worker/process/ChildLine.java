package dev.warren.worker.process;

import dev.warren.process.ProcessOrders;
import dev.warren.worker.process.Frame.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The child's end of the line to its worker. Thread-safe.
 *
 * <p>Between tasks the task's thread reads; while it runs one, another looks now and then for what
 * the worker says. When the line ends, the worker is gone, and so is this process, at once.
 */
final class ChildLine {

  private static final int ORPHANED = 3;
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Frames frames;
  private final ReentrantLock reading = new ReentrantLock();
  private @Nullable Frame task; // that came, and is not begun; guarded by the lock

  ChildLine(Frames frames) {
    this.frames = frames;
  }

  /** The first thing that is said; the line is attended to from then on. */
  ProcessOrders orders() throws IOException, InterruptedException {
    Frame first = frames.read();
    if (first.type() != Type.ORDERS) {
      throw new IOException("the worker gives no orders");
    }
    daemon("warren-child-reader", this::lookNowAndThen);
    return OrderFrames.orders(first);
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  void ready() {
    say(Frame.of(Type.READY));
  }

  /** Tells why no tasks can be run, and waits until that is said. */
  void refuse(String why) throws IOException {
    frames.write(new Frame(Type.REFUSED, why.getBytes(StandardCharsets.UTF_8)));
  }

  /** The next task; waits for it. */
  Frame nextTask() throws InterruptedException {
    reading.lockInterruptibly();
    try {
      while (task == null) {
        heard(frames.read());
      }
      Frame next = task;
      task = null;
      return next;
    } catch (IOException e) {
      throw orphaned();
    } finally {
      reading.unlock();
    }
  }

  private static Error orphaned() {
    Runtime.getRuntime().halt(ORPHANED);
    return new Error("not reached");
  }

  /** Says something; blocks while the worker does not read. */
  void say(Frame frame) {
    try {
      frames.write(frame);
    } catch (IOException e) { // the reader sees the end
    }
  }

  private void lookNowAndThen() {
    try {
      while (true) {
        Thread.sleep(LOOK.toMillis());
        look();
      }
    } catch (IOException | InterruptedException e) {
      throw orphaned();
    }
  }

  private void look() throws IOException {
    if (!reading.tryLock()) {
      return;
    }
    try {
      for (@Nullable Frame frame = frames.poll(); frame != null; frame = frames.poll()) {
        heard(frame);
      }
    } finally {
      reading.unlock();
    }
  }

  private void heard(Frame frame) {
    switch (frame.type()) {
      case RUN -> task = frame;
      case PING -> say(Frame.of(Type.PONG));
      case END -> daemon("warren-child-end", () -> System.exit(0));
      default -> throw new IllegalStateException("the worker says " + frame.type());
    }
  }
}
