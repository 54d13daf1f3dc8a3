package dev.warren.it.kit;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** What the kit has started and what must not outlive this JVM, whatever becomes of the tests. */
final class LiveProcesses {

  private static final Set<Process> LIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(LiveProcesses::end, "live-processes-end"));
  }

  private LiveProcesses() {}

  static Process register(Process process) {
    LIVE.add(process);
    process.onExit().thenAccept(LIVE::remove);
    return process;
  }

  /** Kills a process and all that it started; one that is frozen too. */
  static void destroyTree(Process process) {
    Stream.concat(process.descendants(), Stream.of(process.toHandle()))
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static void end() {
    LIVE.forEach(LiveProcesses::destroyTree);
  }
}
