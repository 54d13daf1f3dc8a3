package dev.warren.worker;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name of this machine. */
public final class HostName {

  private static final String NAME = ask();

  private HostName() {}

  /** The name as the system tells it, or {@code unknown-host}. Does not block. */
  public static String get() {
    return NAME;
  }

  private static String ask() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown-host";
    }
  }
}
