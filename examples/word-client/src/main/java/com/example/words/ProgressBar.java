package com.example.words;

import dev.warren.Progress;
import java.io.PrintStream;

/** One line of a terminal that shows how far something is, until it is closed. */
final class ProgressBar implements AutoCloseable {

  private static final int WIDTH = 30;

  private final PrintStream terminal;
  private final String unit;
  private String shown = "";

  /**
   * @param unit what is counted, in the plural
   */
  ProgressBar(PrintStream terminal, String unit) {
    this.terminal = terminal;
    this.unit = unit;
  }

  /** Draws the bar anew, if it looks any different. */
  void draw(Progress progress) {
    int filled = (int) (progress.fraction() * WIDTH);
    show(
        "[%s%s] %3d%% %d/%d %s"
            .formatted(
                "#".repeat(filled),
                ".".repeat(WIDTH - filled),
                (int) (progress.fraction() * 100),
                progress.current(),
                progress.total(),
                unit));
  }

  /** Leaves an empty line. */
  @Override
  public void close() {
    show("");
    terminal.print("\r");
    terminal.flush();
  }

  private void show(String line) {
    if (!line.equals(shown)) {
      terminal.print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
      terminal.flush();
      shown = line;
    }
  }
}
