package dev.warren;

/**
 * How far a task, or a map, has come.
 *
 * @param current what is done
 * @param total what there is to do; 0 or less if that is not known
 */
public record Progress(long current, long total) {

  /** Nothing was told yet. */
  public static final Progress UNKNOWN = new Progress(0, 0);

  /** The share that is done, from 0 to 1; 0 if the total is not known. */
  public double fraction() {
    return total <= 0 ? 0 : Math.max(0, Math.min(1, (double) current / total));
  }
}
