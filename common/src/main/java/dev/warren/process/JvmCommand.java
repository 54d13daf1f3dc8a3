package dev.warren.process;

import dev.warren.WarrenException.ConfigurationException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * The command that starts another JVM: this one's own {@code java} and class path, so that the
 * process knows every class that this one knows. Immutable.
 */
public final class JvmCommand {

  private static final String BOOT_LOADER = "org.springframework.boot.loader.";
  private static final String BOOT_LAUNCHER = BOOT_LOADER + "launch.PropertiesLauncher";

  /** Longer ones go into a file: one argument has at most 128 KiB on Linux, all 32 on Windows. */
  private static final int LONGEST_CLASS_PATH = 16 * 1024;

  private final List<String> words;
  private final @Nullable Path argumentFile;

  private JvmCommand(List<String> words, @Nullable Path argumentFile) {
    this.words = List.copyOf(words);
    this.argumentFile = argumentFile;
  }

  /**
   * The command that runs a class.
   *
   * @param main the class's name
   * @throws ConfigurationException if this JVM's own {@code java} is not there
   */
  public static JvmCommand of(String main, List<String> jvmArgs) {
    return of(main, jvmArgs, System.getProperty("java.class.path"));
  }

  /** As above, with a class path in place of this JVM's. */
  public static JvmCommand of(String main, List<String> jvmArgs, String classPath) {
    List<String> words = new ArrayList<>();
    words.add(java());
    words.addAll(jvmArgs);
    Path argumentFile = classPath.length() > LONGEST_CLASS_PATH ? write(classPath) : null;
    words.addAll(argumentFile == null ? List.of("-cp", classPath) : List.of("@" + argumentFile));
    words.addAll(main(main, classPath));
    return new JvmCommand(words, argumentFile);
  }

  /**
   * This JVM's own {@code java}.
   *
   * @throws ConfigurationException if it is not there
   */
  public static String java() {
    Path folder = Path.of(System.getProperty("java.home"), "bin");
    for (String name : List.of("java", "java.exe")) {
      Path java = folder.resolve(name);
      if (Files.isExecutable(java)) {
        return java.toString();
      }
    }
    throw new ConfigurationException(
        "there is no java in " + folder + " to start processes with", null);
  }

  /** Inside an executable jar of Spring Boot only its own launcher finds the classes. */
  private static List<String> main(String main, String classPath) {
    if (!isBootJar(classPath)) {
      return List.of(main);
    }
    List<String> words = new ArrayList<>(List.of("-Dloader.main=" + main));
    String more = System.getProperty("loader.path");
    if (more != null) {
      words.add("-Dloader.path=" + more);
    }
    words.add(BOOT_LAUNCHER);
    return words;
  }

  /** Whether a class path is one executable jar of Spring Boot's. */
  public static boolean isBootJar(String classPath) {
    if (!classPath.endsWith(".jar") || classPath.contains(File.pathSeparator)) {
      return false;
    }
    try (JarFile jar = new JarFile(classPath)) {
      Manifest manifest = jar.getManifest();
      String main = manifest == null ? null : manifest.getMainAttributes().getValue("Main-Class");
      return main != null && main.startsWith(BOOT_LOADER);
    } catch (IOException e) {
      return false;
    }
  }

  private static Path write(String classPath) {
    try {
      Path file = Files.createTempFile("warren-process-", ".args");
      String quoted = classPath.replace("\\", "\\\\").replace("\"", "\\\"");
      return Files.writeString(file, "-cp \"" + quoted + "\"\n", Charset.defaultCharset());
    } catch (IOException e) {
      throw new ConfigurationException(
          "the class path of a process cannot be written to a file: " + e, e);
    }
  }

  /** The words of the command; a caller may put others before them. */
  public List<String> words() {
    return words;
  }

  /** No process is started any more. */
  public void discard() {
    if (argumentFile != null) {
      try {
        Files.deleteIfExists(argumentFile);
      } catch (IOException e) { // one small file is left in the folder for such files
        argumentFile.toFile().deleteOnExit();
      }
    }
  }
}
