package dev.warren.it;

import static dev.warren.it.process.ProcessTasks.EXIT;
import static dev.warren.it.process.ProcessTasks.FLOOD;
import static dev.warren.it.process.ProcessTasks.NESTED;
import static dev.warren.it.process.ProcessTasks.NOTE;
import static dev.warren.it.process.ProcessTasks.PID;
import static dev.warren.it.process.ProcessTasks.VISIBLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.PoolScope;
import dev.warren.ProcessPoolSettings;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.NoSuchQueueException;
import dev.warren.WarrenException.PoolBrokenException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.PoolTerminatedException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.WorkerLostException;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.ClientProcess;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import dev.warren.it.process.PoolClient;
import dev.warren.it.process.PoolMaker;
import dev.warren.it.process.ProcessTasks;
import dev.warren.it.process.ProcessWorker;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools that own their worker processes. */
@Tag(Ci.SECOND_PASS_ONLY)
class OwnedPoolTest {

  private static final TaskRef<Integer> WORDS = TaskRef.of("text.word_count", Integer.class);

  /** For a dozen processes to start, some one after the other, on a busy machine. */
  private static final Duration MANY_STARTS = Duration.ofMinutes(3);

  private final String uri = TestBroker.shared().uri();

  @AutoClose private final Warren warren = Warren.connect(uri);

  @TempDir private Path folder;

  @Test
  void aPoolOfAProcessRunsTheBuiltInTasks() throws Exception {
    WorkerPool pool = warren.pool(1);

    assertThat(pool.applyAsync(WORDS, "the quick brown fox").get(MANY_STARTS)).isEqualTo(4);
  }

  @Test
  void aTaskThatItsProcessesDoNotKnowFailsAtOnce() {
    WorkerPool pool = warren.pool(1);

    assertThatThrownBy(
            () -> pool.applyAsync(TaskRef.of("typo", Integer.class)).get(Deadline.HEALED))
        .isInstanceOfSatisfying(
            TaskFailedException.class, e -> assertThat(e.remoteType()).isEqualTo("NotRegistered"));
  }

  @Test
  void p1_lessThanOneProcessIsRefused() {
    assertThatThrownBy(() -> warren.pool(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Number of processes must be at least 1");
    assertThatThrownBy(() -> warren.pool(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void p1_aPoolOfThreeHasThreeProcesses() throws Exception {
    WorkerPool pool = warren.pool(of(3));

    List<Long> pids = pool.mapAsync(PID, millis(400, 30)).get(MANY_STARTS);

    assertThat(new HashSet<>(pids)).hasSize(3);
    assertThat(pool.queue().consumers()).isEqualTo(3);
  }

  @Test
  void p2_byDefaultThereAreAsManyProcessesAsProcessors() {
    assertThat(ProcessPoolSettings.defaults().processes())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void p3_aLifeOfLessThanOneTaskIsRefused() {
    assertThatThrownBy(() -> of(1).withMaxTasksPerChild(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxTasksPerChild");
    assertThatThrownBy(() -> of(1).withMaxTasksPerChild(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void p4_theInitializerRunsOnceInEveryProcessAndInEveryReplacement() throws Exception {
    String file = folder.resolve("notes").toString();
    String secret = "a ${b} \"c\"";
    WorkerPool pool =
        warren.pool(of(2).withMaxTasksPerChild(2).initializedBy(NOTE, file, "init " + secret));

    List<Long> pids = pool.mapAsync(PID, millis(50, 8), 1, none()).get(MANY_STARTS);
    finish(pool);

    List<String> expected = new HashSet<>(pids).stream().map(p -> p + " init " + secret).toList();
    List<String> notes = Files.readAllLines(Path.of(file));
    assertThat(notes).doesNotHaveDuplicates().containsAll(expected);
    assertThat(expected).hasSizeGreaterThanOrEqualTo(4);
  }

  @Test
  void p5_withoutTheWorkerOnTheClassPathThePoolNamesTheDependencyAndStartsNothing() {
    try (ClientProcess client =
        ClientProcess.start(
            classPath -> classPath.stream().filter(OwnedPoolTest::isNotTheWorker).toList(),
            PoolClient.class,
            uri,
            "leave")) {
      assertThat(client.awaitLine(PoolClient.POOL + "ConfigurationException "))
          .contains("warren-worker");
      assertThat(client.awaitLine(PoolClient.POOL + "0 ")).isEqualTo("children");
      assertThat(client.awaitExit()).isZero();
    }
  }

  private static boolean isNotTheWorker(String entry) {
    return !entry.contains("warren-worker") && !entry.contains("worker/target/classes");
  }

  @Test
  void p6_anInitializerThatFailsThreeTimesBreaksThePool() throws Exception {
    WorkerPool pool = warren.pool(of(1).initializedBy(NOTE, "nowhere", "fail"));
    AsyncResult<Long> first = pool.applyAsync(PID, 0);
    AsyncResult<List<Long>> map = pool.mapAsync(PID, millis(0, 10));

    assertThatThrownBy(() -> first.get(MANY_STARTS))
        .isInstanceOf(PoolBrokenException.class)
        .hasMessageContaining("process.note")
        .hasMessageContaining("told to fail");
    assertThatThrownBy(() -> map.get(Deadline.TASK)).isInstanceOf(PoolBrokenException.class);
    assertThatThrownBy(() -> pool.applyAsync(PID, 0).get(Deadline.TASK))
        .isInstanceOf(PoolBrokenException.class);
    finish(pool);
  }

  @Test
  void p6_processesThatDoNotStartBreakThePoolWithTheirLastWords() {
    WorkerPool pool = warren.pool(of(2).withJvmArgs("-XX:NoSuchOption=1"));

    assertThatThrownBy(() -> pool.applyAsync(PID, 0).get(MANY_STARTS))
        .isInstanceOf(PoolBrokenException.class)
        .hasMessageContaining("NoSuchOption");
  }

  @Test
  void p6_processesThatAreNotReadyInTimeBreakThePool() {
    WorkerPool pool = warren.pool(of(1).withStartTimeout(Duration.ofMillis(50)));

    assertThatThrownBy(() -> pool.applyAsync(PID, 0).get(MANY_STARTS))
        .isInstanceOf(PoolBrokenException.class)
        .hasMessageContaining("was not ready within");
  }

  @Test
  void p9_closeLetsWhatWasSubmittedFinishAlsoWithProcessesOfALimitedLife() throws Exception {
    WorkerPool pool = warren.pool(of(2).withMaxTasksPerChild(1));
    List<AsyncResult<Long>> handles =
        IntStream.range(0, 6).mapToObj(i -> pool.applyAsync(PID, 100)).toList();

    pool.close();
    assertThatThrownBy(() -> pool.applyAsync(PID, 0)).isInstanceOf(PoolClosedException.class);
    assertThat(pool.join(MANY_STARTS)).isTrue();

    assertThat(handles).allMatch(AsyncResult::isReady).allMatch(AsyncResult::isSuccessful);
    assertThat(pids(handles)).hasSize(6);
  }

  @Test
  void p10_terminateEndsWhatRunsAndDropsWhatWaits() throws Exception {
    WorkerPool pool = warren.pool(of(1));
    long pid = pool.applyAsync(PID, 0).get(MANY_STARTS);
    List<AsyncResult<Long>> handles =
        IntStream.range(0, 1_000).mapToObj(i -> pool.applyAsync(PID, 600_000)).toList();

    pool.terminate();

    assertThat(pool.join(Deadline.TASK)).isTrue();
    assertThat(isAlive(pid)).isFalse();
    assertThatThrownBy(() -> handles.get(999).get(Duration.ZERO))
        .isInstanceOf(PoolTerminatedException.class);
    assertThatThrownBy(pool::queue).isInstanceOf(NoSuchQueueException.class);
  }

  @Test
  void p11_leavingTheScopeTerminatesThePool() throws Exception {
    WorkerPool pool = warren.pool(of(1));
    long pid;
    try (PoolScope scope = pool.scope()) {
      pid = scope.pool().applyAsync(PID, 0).get(MANY_STARTS);
    }

    assertThat(pool.join(Deadline.TASK)).isTrue();
    assertThat(isAlive(pid)).isFalse();
    assertThatThrownBy(pool::scope).isInstanceOf(PoolClosedException.class);
  }

  @Test
  void p13_aPoolThatIsForgottenIsClosed() throws Exception {
    long pid = pidOfAForgottenPool();

    Deadline.await(
        "the process of a pool that nobody holds is gone",
        MANY_STARTS,
        () -> {
          System.gc();
          return !isAlive(pid);
        });
  }

  private long pidOfAForgottenPool() throws Exception {
    return warren.pool(of(1)).applyAsync(PID, 0).get(MANY_STARTS);
  }

  @Test
  void p13_aPoolThatIsForgottenStillFinishesItsTasks() throws Exception {
    AsyncResult<Long> handle = warren.pool(of(1)).applyAsync(PID, 3_000);
    Deadline.await(
        "the task is done although its pool is garbage",
        MANY_STARTS,
        () -> {
          System.gc();
          return handle.isReady();
        });

    assertThat(handle.isSuccessful()).isTrue();
  }

  @Test
  void p15_aPoolCanBeUsedInsideAProcessOfAPool() throws Exception {
    WorkerPool pool = warren.pool(of(1).withMaxTasksPerChild(1));

    List<Long> pids = pool.applyAsync(NESTED, uri).get(MANY_STARTS);

    assertThat(new HashSet<>(pids)).hasSize(2);
    assertThat(isAlive(pids.get(1))).isFalse();
  }

  @Test
  void p15_aProgramThatReturnsWithoutClosingItsPoolEnds() {
    try (ClientProcess client = ClientProcess.start(PoolClient.class, uri, "leave")) {
      String[] queueAndPids = client.awaitLine(PoolClient.POOL).split(" ");

      assertThat(client.awaitExit()).isZero();
      awaitGone(queueAndPids);
    }
  }

  @Test
  void p15_aPoolCanBeUsedInAProgramThatIsOneExecutableJar() throws Exception {
    String queue = TestBroker.uniqueName("jar");
    WorkerProcess.Spec spec = WorkerProcess.on(uri).queue(queue).running(ProcessWorker.class);
    try (WorkerProcess worker = spec.set("warren.worker.max-tasks", 1).startReady()) {
      List<Long> pids = warren.pool(queue).applyAsync(NESTED, uri).get(MANY_STARTS);

      assertThat(pids.get(0)).isEqualTo(worker.pid());
      assertThat(worker.awaitExit()).isZero();
    }
  }

  @Test
  void aClassPathTooLongForACommandLineIsNoObstacle() {
    List<String> more = Collections.nCopies(500, folder.resolve("no such \"folder").toString());
    try (ClientProcess client =
        ClientProcess.start(
            own -> Stream.concat(more.stream(), own.stream()).toList(),
            PoolClient.class,
            uri,
            "leave")) {
      assertThat(client.awaitLine(PoolClient.POOL)).startsWith("warren.pool.");
      assertThat(client.awaitExit()).isZero();
    }
  }

  @Test
  void aClientThatIsKilledLeavesNoProcessAndNoConsumer() {
    try (ClientProcess client = ClientProcess.start(PoolClient.class, uri, "stay")) {
      String[] queueAndPids = client.awaitLine(PoolClient.POOL).split(" ");
      assertThat(isAlive(Long.parseLong(queueAndPids[1]))).isTrue();

      client.kill9();

      awaitGone(queueAndPids);
      Deadline.await(
          "the queue has no consumers",
          MANY_STARTS,
          () -> warren.pool(queueAndPids[0]).queue().consumers() == 0);
    }
  }

  @Test
  void thePoolsQueuesExpireWhenNobodyIsLeftToDeleteThem() throws Exception {
    WorkerPool pool = warren.pool(of(1));

    String queues = TestBroker.shared().ctl("list_queues", "name", "arguments");

    assertThat(queues.lines().filter(line -> line.contains(pool.queueName())))
        .hasSize(4)
        .allMatch(line -> line.contains("x-expires"));
  }

  @Test
  void w1_processesAreReplacedAfterTenTasksAndEveryResultIsRight() throws Exception {
    WorkerPool pool = warren.pool(of(3).withMaxTasksPerChild(10));
    Set<Long> first = new HashSet<>(pool.mapAsync(PID, millis(300, 9), 1, none()).get(MANY_STARTS));
    assertThat(first).hasSize(3);

    List<AsyncResult<Long>> handles =
        IntStream.range(0, 100).mapToObj(i -> pool.applyAsync(PID, i % 7)).toList();
    List<Long> pids = pids(handles);
    Set<Long> last = new HashSet<>(pool.mapAsync(PID, millis(300, 9), 1, none()).get(MANY_STARTS));

    assertThat(Collections.disjoint(first, last)).isTrue();
    assertThat(new HashSet<>(pids)).allMatch(pid -> Collections.frequency(pids, pid) <= 10);
    finish(pool);
  }

  @Test
  void w2_aLifeIsCountedInChunks() throws Exception {
    WorkerPool pool = warren.pool(of(1).withMaxTasksPerChild(2));

    List<Long> pids = pool.mapAsync(PID, millis(0, 18), 3, none()).get(MANY_STARTS);

    assertThat(new HashSet<>(pids))
        .hasSize(3)
        .allMatch(pid -> Collections.frequency(pids, pid) == 6);
  }

  @Test
  void w3_aProcessThatIsKilledIsReplacedAndNoTaskIsLost() throws Exception {
    WorkerPool pool = warren.pool(of(2));
    List<AsyncResult<Long>> handles =
        IntStream.range(0, 20).mapToObj(i -> pool.applyAsync(PID, 200)).toList();
    long victim = handles.get(0).get(MANY_STARTS);

    ProcessHandle.of(victim).ifPresent(ProcessHandle::destroyForcibly);

    assertThat(pids(handles)).hasSize(20);
    Set<Long> after =
        new HashSet<>(pool.mapAsync(PID, millis(400, 20), 1, none()).get(MANY_STARTS));
    assertThat(after).hasSize(2).doesNotContain(victim);
  }

  @Test
  void w4_afterCloseTheRunningTaskEndsAndTheProcessIsGone() throws Exception {
    WorkerPool pool = warren.pool(of(1));
    AsyncResult<Long> handle = pool.applyAsync(PID, 1_000);

    finish(pool);

    assertThat(handle.isSuccessful()).isTrue();
    assertThat(isAlive(handle.get(Duration.ZERO))).isFalse();
    assertThatThrownBy(pool::queue).isInstanceOf(NoSuchQueueException.class);
  }

  @Test
  void a13_aTaskThatEndsItsProcessDoesNotHangTheOthers() throws Exception {
    WorkerPool pool = warren.pool(of(2));
    AsyncResult<String> deadly = pool.applyAsync(EXIT, 1);
    List<AsyncResult<Long>> handles =
        IntStream.range(0, 10).mapToObj(i -> pool.applyAsync(PID, 10)).toList();

    assertThat(pids(handles)).hasSize(10);
    assertThatThrownBy(() -> deadly.get(MANY_STARTS)).isInstanceOf(WorkerLostException.class);
  }

  @Test
  void aProcessThatMakesAPoolWhileItStartsIsRefused() {
    WorkerPool pool = warren.pool(ProcessPoolSettings.of(1).running(PoolMaker.class));

    assertThatThrownBy(() -> pool.applyAsync(PID, 0).get(MANY_STARTS))
        .isInstanceOf(PoolBrokenException.class)
        .hasMessageContaining("makes a pool while it starts");
  }

  @Test
  void processesAreStartedOnDemandAndReused() throws Exception {
    WorkerPool pool = warren.pool(of(4));
    assertThat(pool.queue().consumers()).isZero();

    long pid = pool.applyAsync(PID, 0).get(MANY_STARTS);

    assertThat(pool.queue().consumers()).isEqualTo(1);
    for (int i = 0; i < 10; i++) {
      assertThat(pool.applyAsync(PID, 0).get(Deadline.TASK)).isEqualTo(pid);
    }
  }

  @Test
  void closingTheWarrenEndsItsPools() throws Exception {
    Warren own = Warren.connect(uri);
    WorkerPool pool = own.pool(of(1));
    long pid = pool.applyAsync(PID, 0).get(MANY_STARTS);
    AsyncResult<Long> pending = pool.applyAsync(PID, 600_000);

    own.close();

    assertThat(isAlive(pid)).isFalse();
    assertThatThrownBy(() -> pending.get(Duration.ZERO)).isInstanceOf(PoolClosedException.class);
    assertThat(TestBroker.shared().ctl("list_queues", "name")).doesNotContain(pool.queueName());
  }

  @Test
  void thePasswordIsNeitherOnTheCommandLineNorInTheEnvironment() throws Exception {
    String user = TestBroker.uniqueName("owner");
    String password = "pa$${USER}s,s\\{x}:@/" + TestBroker.uniqueName("secret");
    TestBroker.shared().addUser(user, password);
    String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8);
    try (Warren own = Warren.connect(TestBroker.shared().uri(user, encoded))) {
      String visible = own.pool(of(1)).applyAsync(VISIBLE).get(MANY_STARTS);

      assertThat(visible).contains("PoolWorker").doesNotContain(password).doesNotContain(user);
    }
  }

  @Test
  void aProcessThatFloodsItsOutputHarmsNobody() throws Exception {
    WorkerPool pool = warren.pool(of(1));

    long pid = pool.applyAsync(FLOOD, 20_000, 100, true).get(MANY_STARTS);
    assertThat(pool.applyAsync(FLOOD, 10, 1_000_000, false).get(MANY_STARTS)).isEqualTo(pid);
  }

  private static ProcessPoolSettings of(int processes) {
    return ProcessPoolSettings.of(processes)
        .running(ProcessTasks.class)
        .withJvmArgs("-XX:TieredStopAtLevel=1"); // as the kit's: starts sooner
  }

  private static <R> Callbacks<R> none() {
    return Callbacks.none();
  }

  private static List<Integer> millis(int millis, int times) {
    return Collections.nCopies(times, millis);
  }

  private static List<Long> pids(List<AsyncResult<Long>> handles) throws Exception {
    List<Long> pids = new ArrayList<>();
    for (AsyncResult<Long> handle : handles) {
      pids.add(handle.get(MANY_STARTS));
    }
    return pids;
  }

  private static void finish(WorkerPool pool) throws InterruptedException {
    pool.close();
    assertThat(pool.join(Deadline.APP_STOP)).isTrue();
  }

  private static void awaitGone(String[] queueAndPids) {
    for (int i = 1; i < queueAndPids.length; i++) {
      long pid = Long.parseLong(queueAndPids[i]);
      Deadline.await("process " + pid + " is gone", Deadline.TASK, () -> !isAlive(pid));
    }
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
