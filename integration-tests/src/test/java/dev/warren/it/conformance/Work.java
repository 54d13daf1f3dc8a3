package dev.warren.it.conformance;

import dev.warren.it.journal.Journal;
import dev.warren.it.kit.ProjectFiles;
import dev.warren.it.kit.TestBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes work that one test follows and holds up, and knows what has become of it. Its files stay:
 * work that was cancelled may still write to them when the test is over.
 */
final class Work {

  private final Journal journal;
  private final Path gate;

  Work() {
    Path folder =
        ProjectFiles.module("integration-tests/target/conformance")
            .resolve(TestBroker.uniqueName("work"));
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.journal = Journal.in(folder);
    this.gate = folder.resolve("gate");
  }

  /** What has begun and ended. */
  Journal journal() {
    return journal;
  }

  /** Work that is done at once. */
  WorkItem item(int key) {
    return new WorkItem(journal.file(), String.valueOf(key), null, false);
  }

  /** Work that fails at once. */
  WorkItem failing(int key) {
    return new WorkItem(journal.file(), String.valueOf(key), null, true);
  }

  /** Work that goes on when it is released. */
  WorkItem held(int key) {
    return new WorkItem(journal.file(), String.valueOf(key), gate.toString(), false);
  }

  /** Work that fails when it is released. */
  WorkItem heldAndFailing(int key) {
    return new WorkItem(journal.file(), String.valueOf(key), gate.toString(), true);
  }

  /** As many, with keys from 0 on. */
  List<WorkItem> held(int first, int end) {
    return IntStream.range(first, end).mapToObj(this::held).toList();
  }

  /** Lets what is held go on, now and from now on. */
  void release() {
    try {
      Files.createFile(gate);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The keys from {@code first} to before {@code end}. */
  static List<String> keys(int first, int end) {
    return IntStream.range(first, end).mapToObj(String::valueOf).toList();
  }
}
