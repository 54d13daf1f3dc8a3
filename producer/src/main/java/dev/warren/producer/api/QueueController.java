package dev.warren.producer.api;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.rabbit.Broker;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The queues that tasks can be posted to, as the broker tells them right now. */
@RestController
@RequestMapping(path = QueueController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
final class QueueController {

  static final String PATH = "/api/v1/queues";

  /** The broker is asked on the caller's thread; one that hangs must not take all of them. */
  private static final int MAX_QUESTIONS = 16;

  private final Broker broker;
  private final Semaphore questions = new Semaphore(MAX_QUESTIONS);

  QueueController(Broker broker) {
    this.broker = broker;
  }

  @GetMapping
  List<QueueView> all(HttpServletRequest request) {
    Parameters.requireOnly(request);
    return ask(() -> broker.settings().queues().keySet().stream().map(this::status).toList());
  }

  @GetMapping("/{name}")
  QueueView one(@PathVariable String name, HttpServletRequest request) {
    Parameters.requireOnly(request);
    requireKnown(broker, name);
    return ask(() -> status(name));
  }

  static void requireKnown(Broker broker, String name) {
    if (!broker.settings().queues().containsKey(name)) {
      throw new ProblemException(Problem.QUEUE_NOT_FOUND, "no queue of this name is configured");
    }
  }

  private QueueView status(String name) {
    return QueueView.of(broker.queueStatus(name));
  }

  private <T> T ask(Supplier<T> question) {
    if (broker.state() == Broker.State.DOWN) {
      throw new BrokerUnavailableException("the broker is not connected", (Throwable) null);
    }
    if (!questions.tryAcquire()) {
      throw new ProblemException(
              Problem.OVERLOADED, "%d calls ask the broker already".formatted(MAX_QUESTIONS))
          .retryAfter(ProblemAdvice.SOON);
    }
    try {
      return question.get();
    } finally {
      questions.release();
    }
  }
}
