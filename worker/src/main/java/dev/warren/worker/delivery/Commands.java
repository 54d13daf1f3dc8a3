package dev.warren.worker.delivery;

import dev.warren.wire.ControlRequest;
import dev.warren.wire.OneLine;
import dev.warren.worker.event.LamportClock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients may tell a worker to do and may ask it, as Celery's workers: {@link Questions}
 * always, {@link Changes} as far as they are allowed here. Anybody who may publish on the virtual
 * host can send these: nothing here runs code.
 *
 * @see <a href="https://github.com/celery/celery/blob/main/celery/worker/control.py">control.py</a>
 */
final class Commands {

  /** One of them. */
  @FunctionalInterface
  interface Command {
    /**
     * Does it.
     *
     * @return the answer; null for none
     * @throws IllegalArgumentException if an argument is wrong; its message is the answer
     */
    @Nullable Object execute(Arguments arguments);
  }

  private static final Logger log = LoggerFactory.getLogger(Commands.class);

  private final LamportClock clock;
  private final Map<String, Command> questions = new LinkedHashMap<>();
  private final Map<String, Command> changes = new LinkedHashMap<>();
  private final AllowedCommands allowed;
  private final ControlAnswers answers;
  private final Executor background;

  /**
   * @param background runs what blocks for the broker
   */
  Commands(
      LamportClock clock,
      Questions questions,
      Changes changes,
      AllowedCommands allowed,
      ControlAnswers answers,
      Executor background) {
    this.clock = clock;
    this.allowed = allowed;
    this.answers = answers;
    this.background = background;
    questions.addTo(this.questions);
    changes.addTo(this.changes);
  }

  /** Does one, and answers it if that is wanted. Does not block. */
  void execute(ControlRequest command) {
    clock.adjust(command.clock());
    String method = command.method();
    Command question = questions.get(method);
    Command change = changes.get(method);
    if (question != null) {
      run(command, question);
    } else if (change == null) {
      log.debug("command {} is not known here", OneLine.of(method));
      answer(command, error("there is no command '" + OneLine.of(method) + "' here"));
    } else if (!allowed.contains(method)) {
      log.warn("command {} is refused: it is not in warren.worker.control.allow", method);
      answer(
          command, error(method + " is not allowed here: add it to warren.worker.control.allow"));
    } else if (Changes.BLOCKING.contains(method)) {
      runLater(command, change);
    } else {
      run(command, change);
    }
  }

  private void runLater(ControlRequest command, Command change) {
    try {
      background.execute(() -> run(command, change));
    } catch (RejectedExecutionException e) {
      answer(command, error("this worker stops"));
    }
  }

  private void run(ControlRequest command, Command known) {
    Object value;
    try {
      value = known.execute(new Arguments(command));
    } catch (RuntimeException e) {
      log.warn("command {} is not done: {}", command.method(), OneLine.of(e.toString()));
      value = error(OneLine.of(String.valueOf(e.getMessage())));
    }
    if (value != null) {
      answer(command, value);
    }
  }

  private static Map<String, String> error(String why) {
    return Map.of("error", why);
  }

  private void answer(ControlRequest command, Object value) {
    if (command.replyTo() != null) {
      answers.send(command.replyTo(), value);
    }
  }
}
