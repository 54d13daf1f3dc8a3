package dev.warren.worker.process;

import dev.warren.process.JvmCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What children run, in a form from which a JVM starts fast: an executable jar of Spring Boot's is
 * taken apart once, because a JVM shares no classes of jars within a jar; and the classes of a
 * child are kept in an archive as soon as one has been made: class-data sharing, from JDK 25 on an
 * AOT cache (JEP 514).
 *
 * <p>Both are in a folder that outlives the worker, named after the jar and the JVM. Without such a
 * folder children start from the same class path as the worker.
 *
 * @param classPath the class path
 * @param archive where the archive of classes is, or will be; null if there cannot be one
 */
record ChildCode(String classPath, @Nullable Path archive) {

  private static final Logger log = LoggerFactory.getLogger(ChildCode.class);
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final int NAME_BYTES = 12;
  private static final boolean AOT = Runtime.version().feature() >= 25;

  /**
   * From JDK 20 on a JVM moves the archive to another address, for which it writes to nearly all of
   * it: of 45 MB in each child 26 could be shared by all. An archive is made with the same options:
   * a JVM that does not know them makes none, and its children start without both.
   */
  private static final List<String> WHERE_IT_WAS_MADE_FOR =
      List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0");

  /**
   * The code of this JVM's application.
   *
   * @param cache the folder that outlives the worker; null for none
   */
  static ChildCode of(@Nullable Path cache) {
    String classPath = System.getProperty("java.class.path");
    boolean isPlain = !JvmCommand.isBootJar(classPath);
    if (isPlain || cache == null || System.getProperty("loader.path") != null) {
      return new ChildCode(classPath, null);
    }
    try {
      Path jar = Path.of(classPath).toRealPath();
      Path folder = cache.resolve(name(jar));
      if (!Files.isDirectory(folder)) {
        extract(jar, folder);
      }
      Path archive = folder.resolve("classes-" + Runtime.version() + (AOT ? ".aot" : ".jsa"));
      return new ChildCode(folder.resolve(jar.getFileName()).toString(), archive);
    } catch (IOException | InterruptedException e) {
      log.warn(
          "children start more slowly, because their jar is not taken apart: {}", e.toString());
      return new ChildCode(classPath, null);
    }
  }

  /** Another jar, even of the same name, has another folder. */
  private static String name(Path jar) throws IOException {
    String what = jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Several workers may do so at a time; the first one's folder stays. */
  private static void extract(Path jar, Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder.getParent());
    Path fresh = Files.createTempDirectory(folder.getParent(), "new-");
    Process extraction =
        new ProcessBuilder(
                JvmCommand.java(),
                "-Djarmode=tools",
                "-jar",
                jar.toString(),
                "extract",
                "--force",
                "--destination",
                fresh.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!extraction.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
        || extraction.exitValue() != 0) {
      extraction.destroyForcibly();
      ChildrensFolder.delete(fresh);
      throw new IOException("the extraction of " + jar + " did not end well");
    }
    try {
      Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      ChildrensFolder.delete(fresh);
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  /** What a JVM needs to use the archive; nothing while there is none. */
  List<String> sharing() {
    return archive != null && Files.isRegularFile(archive)
        ? with((AOT ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive)
        : List.of();
  }

  /** What a JVM needs to make an archive when it ends, without a word on each class it omits. */
  static List<String> making(Path fresh) {
    return with(
        (AOT ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + fresh,
        "-Xlog:all=error:stdout");
  }

  private static List<String> with(String... options) {
    return Stream.concat(WHERE_IT_WAS_MADE_FOR.stream(), Stream.of(options)).toList();
  }

  /** Whether there is no archive yet, and there can be one. */
  boolean lacksArchive() {
    return archive != null && !Files.isRegularFile(archive);
  }
}
