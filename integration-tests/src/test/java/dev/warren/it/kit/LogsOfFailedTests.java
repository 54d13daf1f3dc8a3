package dev.warren.it.kit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Prints the end of the log of every process that a failed test has seen. Registered for all tests
 * through JUnit's service file.
 */
public final class LogsOfFailedTests implements AfterTestExecutionCallback, AfterAllCallback {

  private static final List<LoggedProcess> SEEN = new CopyOnWriteArrayList<>();

  static void remember(LoggedProcess process) {
    SEEN.add(process);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      System.out.println("=== FAILED: " + context.getUniqueId());
      SEEN.forEach(process -> System.out.println(process.logTail()));
    }
    forgetTheEnded();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      SEEN.forEach(process -> System.out.println(process.logTail()));
    }
    forgetTheEnded();
  }

  private static void forgetTheEnded() {
    SEEN.removeIf(process -> !process.isAlive());
  }
}
