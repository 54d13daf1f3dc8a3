package dev.warren.worker.event;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/** What a worker tells of the machine and the program that it is. */
public final class Machine {

  private static final Path LOAD = Path.of("/proc/loadavg");
  private static final int SECONDS_OF_AN_HOUR = 3_600;

  private Machine() {}

  /** Python's {@code time.timezone // 3600}, which counts to the west. */
  static int hoursWestOfUtc() {
    return Math.floorDiv(-OffsetDateTime.now().getOffset().getTotalSeconds(), SECONDS_OF_AN_HOUR);
  }

  /** The load of the last 1, 5 and 15 minutes; of the last one only where that is all there is. */
  static List<Double> load() {
    try {
      String[] words = Files.readString(LOAD).split(" ");
      return List.of(Double.valueOf(words[0]), Double.valueOf(words[1]), Double.valueOf(words[2]));
    } catch (IOException | RuntimeException e) {
      double load =
          Math.max(0, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      return List.of(load, load, load);
    }
  }

  /** Warren's version; {@code dev} where it was not packaged. */
  public static String version() {
    String version = Machine.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /** Celery's fields for the program and the system. */
  public static Map<String, Object> software() {
    return Map.of(
        "sw_ident", "warren", "sw_ver", version(), "sw_sys", System.getProperty("os.name"));
  }
}
