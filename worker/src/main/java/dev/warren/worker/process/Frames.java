package dev.warren.worker.process;

import dev.warren.worker.process.Frame.Type;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Frames over a socket: a length, a type, and so many bytes. Any thread may write; one reads.
 *
 * <p>An interrupt of a thread that reads or writes closes the socket, as with every channel of
 * {@code java.nio}: no thread that runs a task may do either.
 */
final class Frames implements AutoCloseable {

  private static final int HEAD_BYTES = 5;

  private final SocketChannel socket;
  private final int mostBytes;
  private final ReentrantLock writing = new ReentrantLock();
  private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES); // the reader's

  /**
   * @param mostBytes of one frame's content; more is an error of the other side
   */
  Frames(SocketChannel socket, int mostBytes) {
    this.socket = socket;
    this.mostBytes = mostBytes;
  }

  /** Writes a frame; blocks while the other side does not read. */
  void write(Frame frame) throws IOException {
    writing.lock();
    try {
      writeAll(frame);
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
      writeAll(frame);
      return true;
    } finally {
      writing.unlock();
    }
  }

  private void writeAll(Frame frame) throws IOException {
    byte[] content = frame.content();
    ByteBuffer begin = ByteBuffer.allocate(HEAD_BYTES);
    begin.putInt(content.length).put((byte) frame.type().ordinal()).flip();
    ByteBuffer[] all = {begin, ByteBuffer.wrap(content)};
    while (all[0].hasRemaining() || all[1].hasRemaining()) {
      socket.write(all);
    }
  }

  /**
   * Reads the next frame; blocks for it.
   *
   * @return null at the end of the stream
   * @throws IOException also for what is no frame
   */
  @Nullable Frame read() throws IOException {
    head.clear();
    if (!fill(head)) {
      return null;
    }
    int length = head.flip().getInt();
    int type = head.get();
    if (length < 0 || length > mostBytes || type < 0 || type >= Type.values().length) {
      throw new IOException("not a frame: length " + length + ", type " + type);
    }
    ByteBuffer content = ByteBuffer.allocate(length);
    if (!fill(content)) {
      throw new EOFException("the stream ends within a frame");
    }
    return new Frame(Type.values()[type], content.array());
  }

  private boolean fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (socket.read(buffer) < 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
