package dev.warren.producer.api;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.NoSuchQueueException;
import dev.warren.producer.dispatch.NotAcceptedException;
import dev.warren.producer.dispatch.OutcomeUnknownException;
import dev.warren.producer.dispatch.Waiters.TooManyWaitersException;
import dev.warren.producer.store.StoreUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.util.DisconnectedClientHelper;

/** Turns whatever a request ends with into a problem. Says nothing of classes or stack traces. */
@RestControllerAdvice
final class ProblemAdvice {

  /** A worker takes a task off a full queue soon; a broker takes longer to come back. */
  static final Duration SOON = Duration.ofSeconds(1);

  private static final Duration LATER = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

  /** Null if there is nobody to answer any more. */
  @ExceptionHandler(Throwable.class)
  @Nullable ResponseEntity<Map<String, Object>> handle(Throwable failure) {
    if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
      return null;
    }
    if (failure instanceof ErrorResponse standard) {
      return ofStatus(standard.getStatusCode().value(), standard.getHeaders());
    }
    return problem(failure).response();
  }

  /** The problem that a failure is. */
  static ProblemException problem(Throwable failure) {
    if (failure instanceof ProblemException problem) {
      return problem;
    }
    if (failure instanceof BrokerUnavailableException unavailable) {
      return brokerUnavailable(unavailable);
    }
    if (failure instanceof NoSuchQueueException missing) {
      log.debug("answered that a queue is missing", missing);
      return new ProblemException(
              Problem.NO_SUCH_QUEUE, "a queue that is configured does not exist on the broker")
          .retryAfter(LATER);
    }
    if (failure instanceof EncodingException tooLarge) {
      return new ProblemException(Problem.PAYLOAD_TOO_LARGE, String.valueOf(tooLarge.getMessage()));
    }
    if (failure instanceof NotAcceptedException refused) {
      return notAccepted(refused);
    }
    if (failure instanceof OutcomeUnknownException unknown) {
      log.debug("answered that the outcome is not known", unknown);
      return outcomeUnknown().with("id", unknown.id());
    }
    if (failure instanceof StoreUnavailableException unavailable) {
      log.debug("answered that the database is not available", unavailable);
      return new ProblemException(
              Problem.DB_UNAVAILABLE, "the database does not answer, or refuses; try again later")
          .retryAfter(LATER);
    }
    if (failure instanceof TooManyWaitersException tooMany) {
      return new ProblemException(Problem.TOO_MANY_WAITERS, String.valueOf(tooMany.getMessage()))
          .retryAfter(SOON);
    }
    return internal(failure);
  }

  private static ProblemException notAccepted(NotAcceptedException refused) {
    String detail = String.valueOf(refused.getMessage());
    return switch (refused.reason()) {
      case QUEUE_FULL -> new ProblemException(Problem.QUEUE_FULL, detail).retryAfter(SOON);
      case NO_SUCH_QUEUE -> new ProblemException(Problem.NO_SUCH_QUEUE, detail).retryAfter(SOON);
      case STORE_FULL -> new ProblemException(Problem.STORE_FULL, detail).retryAfter(LATER);
      case DRAINING -> new ProblemException(Problem.DRAINING, detail).retryAfter(LATER);
      case IN_PROGRESS -> new ProblemException(Problem.IN_PROGRESS, detail).retryAfter(SOON);
      case IDEMPOTENCY_MISMATCH -> new ProblemException(Problem.IDEMPOTENCY_MISMATCH, detail);
    };
  }

  /** The one answer after which a task may run or not. */
  static ProblemException outcomeUnknown() {
    return new ProblemException(
        Problem.OUTCOME_UNKNOWN,
        "the task may run or not: repeat the request with the same Idempotency-Key; without a key,"
            + " ask for the task's id, if there is one here, before posting it again");
  }

  /** The exception's own message may tell of hosts and users: it is for the log. */
  private static ProblemException brokerUnavailable(BrokerUnavailableException unavailable) {
    log.debug("answered that the broker is not available", unavailable);
    return unavailable.isBlocked()
        ? new ProblemException(
                Problem.BROKER_BLOCKED, "the broker is short of memory or disk, and says so")
            .retryAfter(LATER)
        : new ProblemException(
                Problem.BROKER_UNAVAILABLE, "the broker is not connected, or does not answer")
            .retryAfter(LATER);
  }

  static ProblemException internal(@Nullable Throwable failure) {
    String traceId = UUID.randomUUID().toString();
    log.error("a request failed [traceId={}]", traceId, failure);
    return new ProblemException(Problem.INTERNAL, "see the producer's log for the traceId")
        .with("traceId", traceId);
  }

  static ResponseEntity<Map<String, Object>> ofStatus(int status, HttpHeaders headers) {
    if (status == Problem.INTERNAL.status()) {
      return internal(null).response();
    }
    return ResponseEntity.status(status)
        .headers(headers)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(Problem.documentOf(status));
  }
}
