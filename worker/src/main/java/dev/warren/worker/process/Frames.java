package dev.warren.worker.process;

import dev.warren.worker.process.Frame.Type;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Frames over a socket: a length, a type, and so many bytes. Thread-safe: one thread reads at a
 * time, and one writes.
 *
 * <p>An interrupt does no harm to the socket, which never blocks: threads that run tasks, or wait
 * for one, read and write themselves, without a hand-off to another thread.
 */
final class Frames implements AutoCloseable {

  private static final int HEAD_BYTES = 5;
  private static final int READ_BYTES = 64 * 1024;

  /** The JDK keeps a buffer outside of the heap for each thread, as large as its largest write. */
  private static final int WRITE_BYTES = 64 * 1024;

  private final SocketChannel socket;
  private final int mostBytes;
  private final Selector readable;
  private final Selector writable;
  private final ReentrantLock reading = new ReentrantLock();
  private final ReentrantLock writing = new ReentrantLock();

  private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES).flip(); // the reader's
  private @Nullable ByteBuffer content; // likewise: of a frame that has not come as a whole
  private Type type = Type.PONG; // likewise: its type

  /**
   * @param mostBytes of one frame's content; more is an error of the other side
   */
  Frames(SocketChannel socket, int mostBytes) throws IOException {
    this.socket = socket;
    this.mostBytes = mostBytes;
    socket.configureBlocking(false);
    this.readable = Selector.open();
    this.writable = Selector.open();
    socket.register(readable, SelectionKey.OP_READ);
    socket.register(writable, SelectionKey.OP_WRITE);
  }

  // --- write -------------------------------------------------------------------------------------

  /** Writes a frame; blocks while the other side does not read. An interrupt is kept for later. */
  void write(Frame frame) throws IOException {
    boolean interrupted = Thread.interrupted();
    writing.lock();
    try {
      ByteBuffer[] all = bytes(frame);
      while (!writeSome(all)) {
        select(writable);
        interrupted |= Thread.interrupted();
      }
    } finally {
      writing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * As {@link #write}, but an interrupt ends the wait.
   *
   * @throws InterruptedException after which nothing more can be written
   */
  void writeInterruptibly(Frame frame) throws IOException, InterruptedException {
    writing.lockInterruptibly();
    try {
      ByteBuffer[] all = bytes(frame);
      while (!writeSome(all)) {
        select(writable);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } finally {
      writing.unlock();
    }
  }

  /** Writes a small frame, unless another is being written; says whether it did. */
  boolean offer(Frame frame) throws IOException {
    if (!writing.tryLock()) {
      return false;
    }
    try {
      write(frame);
      return true;
    } finally {
      writing.unlock();
    }
  }

  private static ByteBuffer[] bytes(Frame frame) {
    byte[] content = frame.content();
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    head.putInt(content.length).put((byte) frame.type().ordinal()).flip();
    return new ByteBuffer[] {head, ByteBuffer.wrap(content)};
  }

  /** Whether that was all. */
  private boolean writeSome(ByteBuffer[] all) throws IOException {
    ByteBuffer content = all[1];
    int end = content.limit();
    content.limit(Math.min(end, content.position() + WRITE_BYTES));
    socket.write(all);
    content.limit(end);
    return !all[0].hasRemaining() && !all[1].hasRemaining();
  }

  // --- read --------------------------------------------------------------------------------------

  /**
   * Reads the next frame; blocks for it.
   *
   * @throws EOFException at the end of the stream
   * @throws IOException also for what is no frame
   * @throws InterruptedException if the thread is interrupted; nothing is lost by it
   */
  Frame read() throws IOException, InterruptedException {
    reading.lockInterruptibly();
    try {
      for (Frame frame = next(); ; frame = next()) {
        if (frame != null) {
          return frame;
        }
        select(readable);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } finally {
      reading.unlock();
    }
  }

  /** The next frame if it is there and nobody else reads, or null; throws as {@link #read}. */
  @Nullable Frame poll() throws IOException {
    if (!reading.tryLock()) {
      return null;
    }
    try {
      return next();
    } finally {
      reading.unlock();
    }
  }

  private @Nullable Frame next() throws IOException {
    while (true) {
      ByteBuffer begun = content;
      if (begun == null && in.remaining() >= HEAD_BYTES) {
        begun = begin();
        content = begun;
      }
      if (begun != null) {
        copy(in, begun);
        if (!begun.hasRemaining()) {
          content = null;
          return new Frame(type, begun.array());
        }
      }
      if (!fill()) {
        return null;
      }
    }
  }

  private ByteBuffer begin() throws IOException {
    int length = in.getInt();
    int ordinal = in.get();
    if (length < 0 || length > mostBytes || ordinal < 0 || ordinal >= Type.values().length) {
      throw new IOException("not a frame: length " + length + ", type " + ordinal);
    }
    type = Type.values()[ordinal];
    return ByteBuffer.allocate(length);
  }

  private static void copy(ByteBuffer from, ByteBuffer to) {
    int end = from.limit();
    from.limit(from.position() + Math.min(from.remaining(), to.remaining()));
    to.put(from);
    from.limit(end);
  }

  /** Whether more has come. */
  private boolean fill() throws IOException {
    in.compact();
    try {
      int bytes = socket.read(in);
      if (bytes < 0) {
        throw new EOFException("the other side has ended");
      }
      return bytes > 0;
    } finally {
      in.flip();
    }
  }

  // --- both --------------------------------------------------------------------------------------

  /** Returns at once if the thread is interrupted, which it stays. */
  private static void select(Selector selector) throws IOException {
    try {
      selector.select(key -> {});
    } catch (ClosedSelectorException e) {
      throw new ClosedChannelException();
    }
  }

  /** Whoever reads or writes is told by a {@link ClosedChannelException}. */
  @Override
  public void close() throws IOException {
    readable.close();
    writable.close();
    socket.close();
  }
}
