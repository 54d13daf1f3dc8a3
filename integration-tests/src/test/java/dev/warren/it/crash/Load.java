package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import tools.jackson.databind.json.JsonMapper;

/**
 * Callers who submit and callers who read, all the time. A submission is repeated with its key
 * until an answer says what became of it:
 *
 * <ul>
 *   <li>202: accepted.
 *   <li>429, another 4xx, 503: not accepted, and not repeated; unless an earlier try was left
 *       without an answer: then a 503 says nothing of that one, and it is repeated.
 *   <li>No connection: nobody got it, so the next producer is asked.
 *   <li>409 in-progress, 500, 504, a connection that breaks, silence: not known; repeated.
 * </ul>
 */
final class Load implements AutoCloseable {

  private static final int SUBMITTERS = 16;
  private static final int READERS = 4;
  private static final int LATEST = 64;
  private static final Duration ANSWER = Duration.ofSeconds(15);
  private static final Duration WAIT = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** How long a submission without an answer is repeated after the end. */
  private static final Duration DOUBT = Duration.ofSeconds(60);

  private static final JsonMapper JSON = new JsonMapper();

  private final History history;
  private final Cluster cluster;
  private final String journal;
  private final AtomicLong keys = new AtomicLong();
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final AtomicReference<CountDownLatch> nextAccepted =
      new AtomicReference<>(new CountDownLatch(1));
  private final ConcurrentLinkedDeque<String> latest = new ConcurrentLinkedDeque<>();
  private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> submitters = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();
  private volatile long target; // accepted ones, beyond which callers take their time
  private volatile long stoppedAt;

  Load(History history, Cluster cluster, String journal) {
    this.history = history;
    this.cluster = cluster;
    this.journal = journal;
    for (int i = 0; i < SUBMITTERS; i++) {
      submitters.add(new Thread(this::submitAll, "submitter-" + i));
    }
    for (int i = 0; i < READERS; i++) {
      readers.add(new Thread(this::readAll, "reader-" + i));
    }
  }

  void start() {
    submitters.forEach(Thread::start);
    readers.forEach(Thread::start);
  }

  /** How many were accepted so far. */
  int accepted() {
    return accepted.size();
  }

  /** The ids of those that were accepted. */
  Set<String> acceptedIds() {
    return Set.copyOf(accepted);
  }

  /** Waits until one more is accepted. */
  void awaitNextAccepted(long seconds) throws InterruptedException {
    CountDownLatch next = new CountDownLatch(1);
    nextAccepted.set(next);
    if (!next.await(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("no task was accepted for " + seconds + " s");
    }
  }

  /** From here on callers take their time, until the target is raised. */
  void target(long acceptedOnes) {
    target = acceptedOnes;
  }

  /** What was answered how often. */
  Map<String, LongAdder> answers() {
    return answers;
  }

  /** Ends all submissions, those in doubt after at most a minute, and all reads. */
  void stop() throws InterruptedException {
    stoppedAt = System.nanoTime();
    stop.countDown();
    for (Thread thread : submitters) {
      thread.join();
    }
    for (Thread thread : readers) {
      thread.join();
    }
  }

  @Override
  public void close() {
    stoppedAt = System.nanoTime() - DOUBT.toNanos();
    stop.countDown();
    submitters.forEach(Thread::interrupt);
    readers.forEach(Thread::interrupt);
  }

  // --- submitting --------------------------------------------------------------------------------

  private void submitAll() {
    ProducerClient client = new ProducerClient(cluster.addresses());
    while (isOn()) {
      boolean taken = submit(client, String.valueOf(keys.incrementAndGet()));
      if (!taken || accepted.size() >= target) {
        pause();
      }
    }
  }

  private boolean isOn() {
    return stop.getCount() > 0;
  }

  private boolean submit(ProducerClient client, String key) {
    String body = body(key);
    String who = Thread.currentThread().getName();
    boolean doubted = false;
    history.add(Kind.SUBMIT, who, key, "", "");
    while (isOn() || doubted && System.nanoTime() - stoppedAt < DOUBT.toNanos()) {
      String unknown;
      try {
        ProducerClient.Answer answer = client.post(key, body, ANSWER);
        String said = answer.status() + " " + answer.problem();
        count(said);
        if (answer.status() == 202) {
          String id = answer.json().path("id").asString();
          history.add(Kind.ACCEPTED, who, key, id, answer.producer());
          remember(id);
          return true;
        }
        if (rejects(answer.status(), doubted)) {
          history.add(Kind.REJECTED, who, key, "", said);
          return false;
        }
        unknown = said;
      } catch (ConnectException | HttpConnectTimeoutException e) {
        count("no connection");
        pause();
        continue;
      } catch (IOException e) {
        unknown = e.getClass().getSimpleName();
        count(unknown);
      }
      doubted = true;
      history.add(Kind.UNKNOWN, who, key, "", unknown);
      pause();
    }
    if (!doubted) {
      history.add(Kind.REJECTED, who, key, "", "no connection until the end");
    }
    return false;
  }

  private static boolean rejects(int status, boolean doubted) {
    return status / 100 == 4 && status != 409 || status == 503 && !doubted;
  }

  private String body(String key) {
    boolean takesTime = ThreadLocalRandom.current().nextInt(20) == 0;
    return JSON.writeValueAsString(
        Map.of(
            "task",
            CrashTasks.NAME,
            "queue",
            cluster.queue(),
            "args",
            List.of(journal, Long.parseLong(key), takesTime ? 100 : 5)));
  }

  private void remember(String id) {
    accepted.add(id);
    nextAccepted.get().countDown();
    latest.addFirst(id);
    if (latest.size() > LATEST) {
      latest.pollLast();
    }
  }

  private void count(String answer) {
    answers.computeIfAbsent(answer, a -> new LongAdder()).increment();
  }

  /** A moment; none once all ends. */
  private void pause() {
    try {
      if (isOn()) {
        stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      } else {
        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop.countDown();
    }
  }

  // --- reading -----------------------------------------------------------------------------------

  /** Waits for tasks that were accepted lately, now this one, now that. */
  private void readAll() {
    ProducerClient client = new ProducerClient(cluster.addresses());
    while (isOn()) {
      String id =
          latest.stream()
              .skip(ThreadLocalRandom.current().nextInt(LATEST))
              .findFirst()
              .orElse(null);
      if (id == null || !new Reader(history, client).read(id, WAIT)) {
        pause();
      }
    }
  }
}
