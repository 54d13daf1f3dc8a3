package dev.warren.worker.process;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.process.JvmCommand;
import dev.warren.process.ProcessOrders;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts children. Thread-safe.
 *
 * <p>A child inherits no variable but those of {@link ChildSettings#environment}, no open file, and
 * an input that is at its end. Its socket and its temporary files are in a folder that only this
 * user can open, and that goes with it; what a worker that was killed has left the next one
 * removes. Where the system has {@code setsid} and {@code setpriv} (util-linux) it leads a process
 * group of its own, which is killed as a whole with it, and when this worker dies; elsewhere it
 * ends when its socket does.
 */
final class ChildLauncher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ChildLauncher.class);

  private static final String MAIN = "dev.warren.worker.process.ChildMain";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /**
   * Beside the child, in its process group, waits a shell for the end of an input that only the
   * worker can write to: when the worker has ended, or ends the input, it kills the group, with all
   * that tasks have started in it. It does not care for what else a group may be sent.
   */
  private static final String GUARDED =
      "exec 3<&0 </dev/null; "
          + "(trap '' HUP INT TERM; read nothing <&3; kill -KILL 0) >/dev/null 2>&1 & "
          + "exec \"$@\" 3<&-";

  private static final List<Path> PROGRAMS = List.of(Path.of("/usr/bin"), Path.of("/bin"));

  private final ChildSettings settings;
  private final Frame orders;
  private final ChildCode code;
  private final JvmCommand java;
  private final List<String> prefix = new ArrayList<>();
  private final boolean ownGroup;
  private final ChildrensFolder folder;
  private final AtomicInteger number = new AtomicInteger();

  /** The kernel takes the death of the thread that started a child for that of its parent. */
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "warren-child-starter");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param orders which application a child is, and with which settings
   * @throws ConfigurationException if no child can be started here
   */
  ChildLauncher(ChildSettings settings, ProcessOrders orders) {
    this.settings = settings;
    this.orders = OrderFrames.frame(orders);
    Path setsid = program("setsid");
    Path setpriv = program("setpriv");
    this.ownGroup = setsid != null;
    if (ownGroup) {
      prefix.addAll(List.of(setsid.toString(), "sh", "-c", GUARDED, "sh"));
    }
    if (setpriv != null) {
      prefix.addAll(List.of(setpriv.toString(), "--pdeathsig", "KILL"));
    }
    this.code = ChildCode.of(settings.cache());
    this.java = JvmCommand.of(MAIN, List.of(), code.classPath());
    this.folder = new ChildrensFolder();
  }

  private static @Nullable Path program(String name) {
    return PROGRAMS.stream()
        .map(place -> place.resolve(name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  /** What a user gives comes last, and wins. */
  static List<String> jvmArgs(ChildSettings settings) {
    List<String> all = new ArrayList<>();
    all.add("-XX:+ExitOnOutOfMemoryError"); // what is left of a JVM then is not to be trusted
    if (settings.jvmArgs().stream().noneMatch(ChildLauncher::choosesCollector)) {
      all.add("-XX:+UseSerialGC"); // one task at a time: a small heap, few threads
    }
    double share = 50.0 / settings.most(); // half of the memory for all
    all.add(String.format(Locale.ROOT, "-XX:MaxRAMPercentage=%.2f", share));
    // By default a 64th of the machine's memory, which a start would fill with what it needs once.
    all.add("-XX:InitialRAMPercentage=0.1");
    all.add("-XX:-CreateCoredumpOnCrash");
    all.add("-XX:+DisableAttachMechanism");
    all.add("-XX:-UsePerfData");
    all.addAll(settings.jvmArgs());
    return all;
  }

  private static boolean choosesCollector(String argument) {
    return argument.startsWith("-XX:+Use") && argument.endsWith("GC");
  }

  /** Starts one; it is ready later. */
  Child launch() throws IOException {
    return launch(code.sharing());
  }

  /**
   * Makes the archive of classes from which others start faster, if there is none: a child starts,
   * is ready, and ends. Blocks for that, and does nothing worse than fail.
   */
  void makeArchive() {
    Path archive = code.archive();
    if (archive == null || !code.lacksArchive()) {
      return;
    }
    Path fresh = archive.resolveSibling("new-" + ProcessHandle.current().pid());
    @Nullable Child child = null;
    try {
      child = launch(ChildCode.making(fresh));
      child.ready().get(settings.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
      child.end();
      if (child.awaitOver(settings.startTimeout()) && Files.isRegularFile(fresh)) {
        Files.move(fresh, archive, StandardCopyOption.ATOMIC_MOVE);
        log.info("children start from an archive of classes from now on: {}", archive);
      }
    } catch (IOException | ExecutionException | TimeoutException e) {
      log.debug("there is no archive of classes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (child != null) {
        child.kill("it makes no archive");
      }
      ChildrensFolder.delete(fresh);
    }
  }

  private Child launch(List<String> sharing) throws IOException {
    try {
      return starter.submit(() -> start(sharing)).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  private Child start(List<String> sharing) throws IOException {
    Path own =
        Files.createDirectory(folder.path().resolve(String.valueOf(number.incrementAndGet())));
    Files.setPosixFilePermissions(own, OWNER_ONLY);
    Path socket = own.resolve("socket");
    ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      door.bind(UnixDomainSocketAddress.of(socket));
      Process process = process(own, socket, sharing);
      if (!ownGroup) {
        process.getOutputStream().close();
      }
      Child child = new Child(process, door, TaskFrames.mostBytes(settings.maxMessageBytes()));
      child.over().thenRun(() -> ChildrensFolder.delete(own));
      child.attend(orders);
      return child;
    } catch (IOException | RuntimeException e) {
      door.close();
      ChildrensFolder.delete(own);
      throw e;
    }
  }

  private Process process(Path own, Path socket, List<String> sharing) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    List<String> words = java.words();
    command.add(words.get(0));
    command.add("-Djava.io.tmpdir=" + own);
    command.add("-XX:ErrorFile=" + own.resolve("hs_err.log"));
    command.addAll(sharing);
    command.addAll(jvmArgs(settings));
    command.addAll(words.subList(1, words.size()));
    command.add(socket.toString());
    command.add(String.valueOf(TaskFrames.mostBytes(settings.maxMessageBytes())));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(settings.environment());
    environment.put("TMPDIR", own.toString());
    return builder.start();
  }

  @Override
  public void close() {
    starter.shutdown();
    java.discard();
    folder.close();
  }
}
