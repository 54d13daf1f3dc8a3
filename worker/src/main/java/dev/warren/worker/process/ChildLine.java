package dev.warren.worker.process;

import dev.warren.process.ProcessOrders;
import dev.warren.worker.process.Frame.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The child's end of the line to its worker. Thread-safe.
 *
 * <p>A thread reads and another one writes, so that a task's thread does neither: an interrupt
 * would close the socket. When the line ends, the worker is gone, and so is this process, at once.
 */
final class ChildLine {

  private static final int ORPHANED = 3;

  private final Frames frames;
  private final BlockingQueue<Frame> tasks = new LinkedBlockingQueue<>();
  private final BlockingQueue<Frame> toWrite = new LinkedBlockingQueue<>();

  ChildLine(Frames frames) {
    this.frames = frames;
  }

  /** The first thing that is said; the line is attended to from then on. */
  ProcessOrders orders() throws IOException {
    Frame first = frames.read();
    if (first == null || first.type() != Type.ORDERS) {
      throw new IOException("the worker gives no orders");
    }
    daemon("warren-child-reader", this::readAll);
    daemon("warren-child-writer", this::writeAll);
    return ProcessOrders.of(new String(first.content(), StandardCharsets.UTF_8));
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  void ready() {
    toWrite.add(Frame.of(Type.READY));
  }

  /** Tells why no tasks can be run, and waits until that is said. */
  void refuse(String why) throws IOException {
    frames.write(new Frame(Type.REFUSED, why.getBytes(StandardCharsets.UTF_8)));
  }

  /** The next task; waits for it. */
  Frame nextTask() throws InterruptedException {
    return tasks.take();
  }

  /** Says something; never blocks. */
  void say(Frame frame) {
    toWrite.add(frame);
  }

  private void readAll() {
    try {
      for (Frame frame = frames.read(); frame != null; frame = frames.read()) {
        heard(frame);
      }
    } catch (IOException e) { // as the end
    }
    Runtime.getRuntime().halt(ORPHANED);
  }

  private void heard(Frame frame) {
    switch (frame.type()) {
      case RUN -> tasks.add(frame);
      case PING -> toWrite.add(Frame.of(Type.PONG));
      case END -> daemon("warren-child-end", () -> System.exit(0));
      default -> throw new IllegalStateException("the worker says " + frame.type());
    }
  }

  private void writeAll() {
    @Nullable Frame frame = null;
    try {
      while (true) {
        frame = toWrite.take();
        frames.write(frame);
      }
    } catch (IOException | InterruptedException e) { // the reader sees the end
    }
  }
}
