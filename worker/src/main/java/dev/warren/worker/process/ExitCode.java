package dev.warren.worker.process;

import java.util.Set;

/**
 * How a process ended.
 *
 * @param code its exit code; with 128 added, a signal
 */
record ExitCode(int code) {

  private static final int FIRST_SIGNAL = 128;
  private static final int LAST_SIGNAL = 64;

  /** SIGHUP, SIGINT, SIGKILL, SIGTERM: a process does not send them to itself by a fault. */
  private static final Set<Integer> FROM_OUTSIDE = Set.of(1, 2, 9, 15);

  /** Whether somebody, or the system, ended it; its own crash is no such end. */
  boolean isFromOutside() {
    return FROM_OUTSIDE.contains(signal());
  }

  /** 0 for none. */
  private int signal() {
    int signal = code - FIRST_SIGNAL;
    return signal > 0 && signal <= LAST_SIGNAL ? signal : 0;
  }

  @Override
  public String toString() {
    return signal() == 0
        ? "exit code " + code
        : "exit code %d (signal %d%s)".formatted(code, signal(), name(signal()));
  }

  private static String name(int signal) {
    return switch (signal) {
      case 4 -> ", SIGILL";
      case 6 -> ", SIGABRT";
      case 7 -> ", SIGBUS";
      case 9 -> ", SIGKILL";
      case 11 -> ", SIGSEGV";
      case 15 -> ", SIGTERM";
      default -> "";
    };
  }
}
