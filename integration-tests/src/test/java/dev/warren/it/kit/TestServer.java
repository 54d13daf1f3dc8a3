package dev.warren.it.kit;

/** A real server under test, with its own data, which can be broken in every way. */
public interface TestServer extends AutoCloseable {

  /** The port on loopback that it serves; the same after every restart. */
  int port();

  /** Stops the server in good order. Its data stay. */
  void stop();

  /** Starts it again after {@link #stop} or {@link #kill9}, on the same port with its data. */
  void start();

  /** Ends it as a crash does ({@code SIGKILL}). */
  void kill9();

  /** Stops its processes in their tracks: its sockets stay open and nobody answers. */
  void freeze();

  /** Lets a frozen one go on. */
  void thaw();

  /** Ends it and removes its data. */
  @Override
  void close();
}
