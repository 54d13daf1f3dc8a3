package dev.warren.autoconfigure;

import dev.warren.WarrenException;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.WarrenException.ConfigurationException;
import dev.warren.WarrenException.TopologyMismatchException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Turns a start that failed on the broker's refusal into one line instead of a stack trace. */
class WarrenFailureAnalyzer extends AbstractFailureAnalyzer<WarrenException> {

  @Override
  protected @Nullable FailureAnalysis analyze(Throwable rootFailure, WarrenException cause) {
    if (cause instanceof TopologyMismatchException
        || cause instanceof AccessRefusedException
        || cause instanceof ConfigurationException) {
      return new FailureAnalysis("Warren does not start: " + cause.getMessage(), null, cause);
    }
    return null;
  }
}
