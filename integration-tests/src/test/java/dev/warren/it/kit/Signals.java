package dev.warren.it.kit;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals that Java cannot send itself. */
final class Signals {

  static final String TERM = "TERM";
  static final String KILL = "KILL";
  static final String STOP = "STOP";
  static final String CONT = "CONT";

  private Signals() {}

  static void send(String signal, long pid) {
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid).inheritIO().start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("kill -" + signal + " " + pid + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending " + signal, e);
    }
  }
}
