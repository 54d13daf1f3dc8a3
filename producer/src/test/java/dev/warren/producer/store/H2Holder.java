package dev.warren.producer.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;

/** A process that has an H2 file open until it is killed. */
final class H2Holder {

  private H2Holder() {}

  /** Starts one; it has the file when this returns. */
  static Process start(Path database) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                H2Holder.class.getName(),
                database.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    process.inputReader().readLine();
    return process;
  }

  @SuppressWarnings("try") // open until the process is killed
  public static void main(String[] args) throws Exception {
    try (var open = DriverManager.getConnection("jdbc:h2:file:" + args[0])) {
      System.out.println("open");
      Thread.sleep(Long.MAX_VALUE);
    }
  }
}
