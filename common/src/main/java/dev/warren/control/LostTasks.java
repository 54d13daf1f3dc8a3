package dev.warren.control;

import dev.warren.WarrenException;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.QueueLook;
import dev.warren.rabbit.ReplyListener;
import dev.warren.rabbit.TaskSender;
import dev.warren.rabbit.Threads;
import dev.warren.wire.ControlReply;
import dev.warren.wire.ControlRequest.ReplyTo;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds tasks that are nowhere any more, because their queue was deleted or purged or a policy
 * dropped them, and tells who keeps track of them. On a thread of its own.
 *
 * <p>A task that the broker has accepted is in one of three places: in a queue, with a worker, or
 * its reply is on its way. Passive declares tell of the first, a question to all workers of the
 * second. The third is no gap: a worker holds every delivery that it has not settled, and settles
 * it after the broker has confirmed the reply. So a reply is in its queue before its worker can say
 * there that it does not hold the task. If the answers come over the same queue as the replies, the
 * reply is handled before that; if not, {@link Tracked#hasUnheardReplies} tells. What decides is
 * {@link LostTaskSearch}.
 *
 * <p>A task is told about 30 s after it was lost, if its queue is empty by then or as soon as what
 * waited in it has gone; 50,000 tasks of a queue at a time. While not all workers can be heard
 * nothing is concluded. Where all tasks are answered within {@link #SILENCE} nothing is asked.
 */
public final class LostTasks implements AutoCloseable {

  /**
   * A task that the broker has accepted and that was not heard of for a while.
   *
   * @param id its id, as messages have it
   * @param queue the queue that took it
   * @param since when it was accepted or last heard of, on {@link System#nanoTime()}'s clock
   */
  public record Silent(String id, String queue, long since) {}

  /** Keeps track of tasks. Called on one thread, which it may block. */
  public interface Tracked {

    /**
     * The tasks that a queue has accepted, and that were not heard of for so long. If it throws
     * nothing is concluded, and it is asked again.
     */
    Collection<Silent> silentFor(Duration time);

    /**
     * Whether replies may be on the broker, or on their way to their handler, that {@link
     * #silentFor} does not know of yet; nothing is concluded while they may. Asked after the
     * workers have answered.
     *
     * @return false by default: for whoever has the workers' answers come to the very queue that
     *     has the replies, and handles them in order
     */
    default boolean hasUnheardReplies() {
      return false;
    }

    /**
     * Some tasks are lost. A reply to one of them may have come since they were told to be silent.
     *
     * @param ids of tasks of one queue; none of them is told twice, unless it is silent again
     * @param why for people: where they were looked for
     */
    void lost(List<String> ids, String why);
  }

  /** How long a task must not have been heard of. */
  public static final Duration SILENCE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final Duration ANSWERS_TIMEOUT = Duration.ofSeconds(3);

  private static final int MOST_SHOWN = 5;

  /** A task that Celery's workers know as well: returns its arguments. */
  private static final String PROBE = "celery.accumulate";

  private static final Logger log = LoggerFactory.getLogger(LostTasks.class);

  private final Broker broker;
  private final WireFormat wire;
  private final Tracked tracked;
  private final ControlSender control;
  private final TaskSender sender;
  private final ScheduledExecutorService thread = Threads.scheduler("warren-lost-tasks");
  private final ConcurrentMap<String, LostTaskSearch> searches = new ConcurrentHashMap<>();

  /** Questions that are open, by their ticket. */
  private final ConcurrentMap<String, RollCall> calls = new ConcurrentHashMap<>();

  private volatile @Nullable ReplyListener ownReplies; // written by start()
  private boolean failed; // thread only: the last round did, and it was logged

  /** A search that is not started. */
  public LostTasks(Broker broker, WireFormat wire, Tracked tracked, ControlSender control) {
    this.broker = broker;
    this.wire = wire;
    this.tracked = tracked;
    this.control = control;
    this.sender = new TaskSender(broker, wire);
  }

  /**
   * Searches now and then, until closed, with a reply queue of its own for the workers' answers. To
   * be started once.
   */
  public void start() {
    ReplyListener own = new ReplyListener(broker, wire, listeningFor(new Nobody()));
    ownReplies = own;
    start(own.queue());
  }

  /** Nothing comes to this queue but what is meant for this class. */
  private static final class Nobody implements ReplyListener.Handler {
    @Override
    public void onReply(ReplyMessage reply) {
      log.debug("the answer to a probe came late");
    }

    @Override
    public void onRepliesLost(String why) {
      log.debug("answers of workers are lost: {}", why);
    }
  }

  /**
   * As {@link #start()}, with the answers coming to a queue whose listener has {@link
   * #listeningFor} as its handler.
   */
  public void start(String replyQueue) {
    thread.scheduleWithFixedDelay(
        () -> guardedRound(replyQueue), PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Takes what is meant for this class out of the replies that come to a queue. */
  public ReplyListener.Handler listeningFor(ReplyListener.Handler others) {
    return new ReplyListener.Handler() {
      @Override
      public void onReply(ReplyMessage reply) {
        // Whatever it says: a worker has taken it out of the queue.
        if (searches.values().stream().noneMatch(s -> s.probeAnswered(reply.taskId()))) {
          others.onReply(reply);
        }
      }

      @Override
      public void onControlReply(ControlReply reply) {
        RollCall call = calls.get(reply.ticket());
        if (call != null) {
          call.onReply(reply);
        }
      }

      @Override
      public void onRepliesLost(String why) {
        others.onRepliesLost(why);
      }
    };
  }

  /** Searches no more. A search that is under way is interrupted. */
  @Override
  public void close() {
    thread.shutdownNow();
    ReplyListener own = ownReplies;
    if (own != null) {
      own.close();
    }
  }

  // --- on the thread -----------------------------------------------------------------------------

  private void guardedRound(String replyQueue) {
    try {
      round(replyQueue);
      failed = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (WarrenException e) {
      log.debug("no search for lost tasks: {}", e.getMessage());
      searches.values().forEach(LostTaskSearch::forgetMisses);
    } catch (Throwable e) {
      if (!failed) {
        log.error("the search for lost tasks goes on after", e);
        failed = true;
      }
      searches.values().forEach(LostTaskSearch::forgetMisses);
    } finally {
      calls.clear();
    }
  }

  private void round(String replyQueue) throws InterruptedException {
    Map<String, List<Silent>> silent = silentByQueue();
    searches.keySet().retainAll(silent.keySet());
    List<RollCall> asked = new ArrayList<>();
    for (var queue : silent.entrySet()) {
      asked.addAll(begin(queue.getKey(), queue.getValue(), replyQueue));
    }
    if (asked.isEmpty()) {
      return;
    }
    List<CompletableFuture<Void>> taken = new ArrayList<>();
    for (RollCall call : asked) {
      calls.put(call.ticket(), call);
      taken.add(ask(call, new ReplyTo("", replyQueue, call.ticket())));
    }
    await(taken);
    await(asked.stream().map(RollCall::allHeld).toList());
    Map<String, @Nullable QueueLook> looks = new HashMap<>();
    for (RollCall call : asked) {
      if (!looks.containsKey(call.queue())) {
        looks.put(call.queue(), broker.look(call.queue()));
      }
    }
    boolean allHeard = !tracked.hasUnheardReplies();
    for (RollCall call : asked) {
      conclude(call, allHeard ? looks.get(call.queue()) : null);
    }
    looks.keySet().forEach(queue -> probe(queue, replyQueue));
  }

  private Map<String, List<Silent>> silentByQueue() {
    Map<String, List<Silent>> silent = new HashMap<>();
    for (Silent task : tracked.silentFor(SILENCE)) {
      silent.computeIfAbsent(task.queue(), name -> new ArrayList<>()).add(task);
    }
    return silent;
  }

  private List<RollCall> begin(String queue, List<Silent> silent, String replyQueue) {
    LostTaskSearch search = searches.computeIfAbsent(queue, name -> new LostTaskSearch());
    long now = System.nanoTime();
    QueueLook look = broker.look(queue);
    if (look == null) {
      broker.redeclare(queue); // found empty in the next round; or its node is down, and it is not
    }
    List<String> ids = search.begin(now, look, silent);
    probe(queue, replyQueue);
    return RollCall.of(queue, ids);
  }

  private void probe(String queue, String replyQueue) {
    LostTaskSearch search = searches.get(queue);
    String id = search == null ? null : search.probe(System.nanoTime());
    if (search == null || id == null) {
      return;
    }
    TaskMessage probe = TaskMessage.of(id, PROBE, List.of(), Map.of()).replyingTo(replyQueue);
    sender
        .send(queue, probe)
        .whenComplete(
            (outcome, failure) -> {
              if (outcome != PublishOutcome.ACCEPTED && outcome != PublishOutcome.UNKNOWN) {
                search.probeFailed(id); // for instance because the queue is full
              }
            });
  }

  private CompletableFuture<Void> ask(RollCall call, ReplyTo replyTo) {
    return control
        .queryQueues(replyTo)
        .thenCompose(done -> control.queryTasks(call.ids(), replyTo))
        .thenRun(call::heard)
        .exceptionally(
            failure -> {
              log.debug("the workers were not asked for tasks: {}", failure.toString());
              return null;
            });
  }

  private static void await(List<CompletableFuture<Void>> all) throws InterruptedException {
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
          .get(ANSWERS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.debug("not all is known after {}", ANSWERS_TIMEOUT);
    } catch (ExecutionException e) {
      throw new IllegalStateException("these do not fail", e);
    }
  }

  private void conclude(RollCall call, @Nullable QueueLook look) {
    LostTaskSearch search = searches.get(call.queue());
    if (search == null) {
      return;
    }
    RollCall.Answers answers = call.answers();
    List<String> lost = search.conclude(System.nanoTime(), look, answers);
    if (!lost.isEmpty()) {
      log.warn("{} tasks of queue '{}' are lost: {}", lost.size(), call.queue(), shown(lost));
      tracked.lost(
          lost,
          "it does not wait in queue '%s', and none of the %d workers that answered holds it; the queue was purged or deleted, or a policy dropped the message"
              .formatted(call.queue(), answers.answered().size()));
    }
  }

  private static String shown(List<String> ids) {
    return ids.size() <= MOST_SHOWN
        ? String.join(", ", ids)
        : String.join(", ", ids.subList(0, MOST_SHOWN)) + ", ...";
  }
}
