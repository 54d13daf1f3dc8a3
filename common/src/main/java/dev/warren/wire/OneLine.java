package dev.warren.wire;

/** Text from a message as it may stand in a line of a log or in a header. */
public final class OneLine {

  private static final int LONGEST = 500;

  private OneLine() {}

  /** Cut to a length, and without the control characters that would forge another line. */
  public static String of(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST);
  }
}
