package dev.warren.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.crash.Event.Kind;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The broker's memory alarm under load: it stops reading from whoever publishes. {@code
 * -Dwarren.alarm.seconds=30} makes it long; how fast the refusals were is printed.
 */
@Tag(Ci.FIRST_PASS_ONLY)
class MemoryAlarmTest {

  private static final Duration ALARM =
      Duration.ofSeconds(Integer.getInteger("warren.alarm.seconds", 10));
  private static final int BEFORE = 300;
  private static final int MAX_LENGTH = 200;
  private static final Duration ANSWER = Duration.ofSeconds(10);

  @Test
  void submissionsAreRefusedReadsAreAnsweredAndNothingIsLostWhileTheBrokerIsShortOfMemory()
      throws Exception {
    Path folder =
        Files.createDirectories(
            ProjectFiles.module("integration-tests/target/crash/alarm-" + Event.now()));
    try (History history = new History(folder.resolve("history.jsonl"));
        Cluster cluster = new Cluster(1, MAX_LENGTH, null)) {
      try (JournalTail journal = new JournalTail(history, folder.resolve("executions"));
          Load load = new Load(history, cluster, journal.file())) {
        cluster.start();
        load.target(Long.MAX_VALUE);
        load.start();
        Deadline.await("load", Deadline.TASK, () -> load.accepted() > BEFORE);

        alarm(cluster, history, journal.file(), load.acceptedIds().iterator().next());

        int then = load.accepted();
        Deadline.await("all goes on", Deadline.HEALED, () -> load.accepted() > then + BEFORE);
        load.stop();
        Campaign.settleAndCheck(cluster, history, load.acceptedIds());
      }
    }
  }

  private static void alarm(Cluster cluster, History history, String journal, String known)
      throws IOException {
    ProducerClient client = new ProducerClient(cluster.addresses());
    List<Long> refusedMicros = new ArrayList<>();
    List<Long> readMicros = new ArrayList<>();
    cluster.broker().ctl("set_vm_memory_high_watermark", "0");
    history.add(Kind.FAULT_BEGIN, "cluster", "", "", "memory alarm");
    try {
      Deadline.await(
          "the producer is told",
          Deadline.TASK,
          () -> !cluster.producers().get(0).process().isReady());
      long end = System.nanoTime() + ALARM.toNanos();
      for (AtomicInteger n = new AtomicInteger(); System.nanoTime() - end < 0; ) {
        String key = "alarm-" + n.incrementAndGet();
        long began = System.nanoTime();
        ProducerClient.Answer refused = client.post(key, body(journal), ANSWER);
        long asked = System.nanoTime();
        ProducerClient.Answer read = client.get(known, Duration.ZERO);
        refusedMicros.add((asked - began) / 1000);
        readMicros.add((System.nanoTime() - asked) / 1000);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.problem()).isEqualTo("broker-blocked");
        assertThat(read.status()).isEqualTo(200);
      }
    } finally {
      cluster.broker().ctl("set_vm_memory_high_watermark", "0.6");
    }
    cluster.awaitProducers();
    history.add(Kind.FAULT_END, "cluster", "", "", "memory alarm");
    report("503 broker-blocked", refusedMicros);
    report("GET of a task", readMicros);
  }

  private static String body(String journal) {
    return "{\"task\":\"%s\",\"args\":[\"%s\",0,0]}".formatted(CrashTasks.NAME, journal);
  }

  private static void report(String what, List<Long> micros) {
    Collections.sort(micros);
    System.out.printf(
        "[alarm] %s: %d in %d s beside 20 other callers; ms: p50 %.1f, p99 %.1f, max %.1f%n",
        what,
        micros.size(),
        ALARM.toSeconds(),
        micros.get(micros.size() / 2) / 1e3,
        micros.get((int) (micros.size() * 0.99)) / 1e3,
        micros.get(micros.size() - 1) / 1e3);
  }
}
