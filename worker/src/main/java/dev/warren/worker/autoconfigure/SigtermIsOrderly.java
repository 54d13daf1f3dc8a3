package dev.warren.worker.autoconfigure;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a worker that was asked to end by SIGTERM, and has drained, end with exit code 0: a JVM by
 * itself ends with 143, which supervisors take for a crash. By reflection, because the JDK's class
 * for signals is no part of its API; where there is none, the code stays 143.
 */
final class SigtermIsOrderly {

  private static final Logger log = LoggerFactory.getLogger(SigtermIsOrderly.class);

  private SigtermIsOrderly() {}

  static void install() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object exits =
          Proxy.newProxyInstance(
              SigtermIsOrderly.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  new Thread(() -> System.exit(0), "warren-sigterm").start();
                }
                return null;
              });
      Object term = signal.getConstructor(String.class).newInstance("TERM");
      signal.getMethod("handle", signal, handler).invoke(null, term, exits);
    } catch (ReflectiveOperationException | RuntimeException e) {
      log.debug("the exit code after SIGTERM is the JVM's", e);
    }
  }
}
