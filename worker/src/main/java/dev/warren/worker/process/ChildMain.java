package dev.warren.worker.process;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.process.ProcessOrders;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationContext;

/**
 * A child: the worker's own application in the role of running tasks, one after the other. It has
 * no web server, its beans are made when a task needs them, and its runners do not run.
 *
 * <p>It ends when its worker does.
 */
public final class ChildMain {

  /** The property that tells an application that it is a child. */
  public static final String ROLE = "warren.worker.role";

  /** The value of {@link #ROLE} in a child. */
  public static final String CHILD = "child";

  private static final Map<String, String> OWN =
      Map.of(
          ROLE,
          CHILD,
          "spring.main.web-application-type",
          "none",
          "spring.main.lazy-initialization",
          "true",
          "spring.main.banner-mode",
          "off",
          "spring.main.log-startup-info",
          "false",
          "logging.file.name",
          "", // the worker logs what this one prints
          "logging.file.path",
          "");

  private ChildMain() {}

  /** Started by the worker only: with the path of its socket and the largest frame. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 2) {
      throw new ConfigurationException("this process is started by a Warren worker", null);
    }
    // The worker lets this process end; who stops a whole group of processes would stop its tasks.
    List.of("HUP", "INT", "TERM").forEach(name -> Signals.on(name, () -> {}));
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    socket.connect(UnixDomainSocketAddress.of(args[0]));
    ChildLine line = new ChildLine(new Frames(socket, Integer.parseInt(args[1])));
    ProcessOrders orders = line.orders();
    orders.systemProperties().forEach(System::setProperty);
    try {
      run(orders, application -> serve(line, application.getBean(ChildTasks.class)));
    } catch (Throwable e) {
      line.refuse(cause(e));
      Runtime.getRuntime().halt(1);
    }
  }

  /** For ever. */
  private static void serve(ChildLine line, ChildTasks tasks) {
    tasks.prepare();
    line.ready();
    tasks.run(line);
  }

  /** The innermost says what is wrong. */
  private static String cause(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null && !(cause instanceof ConfigurationException)) {
      cause = cause.getCause();
    }
    return cause instanceof ConfigurationException
        ? String.valueOf(cause.getMessage())
        : cause.toString();
  }

  /**
   * Starts the application up to the moment at which its runners would run: what it does once, when
   * it starts, is not to be done by each child.
   */
  private static void run(ProcessOrders orders, Consumer<ApplicationContext> serve) {
    List<Class<?>> sources = new ArrayList<>();
    orders.sources().forEach(name -> sources.add(load(name)));
    SpringApplication application = new SpringApplication(sources.toArray(Class<?>[]::new));
    application.setWebApplicationType(WebApplicationType.NONE);
    application.addListeners(
        (ApplicationStartedEvent started) -> serve.accept(started.getApplicationContext()));
    application.run(arguments(orders.properties()));
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      throw new ConfigurationException(name + " is not on the class path of a child", e);
    }
  }

  /** A child's own settings go in place of its worker's: two values of one would be a list. */
  static String[] arguments(Map<String, String> properties) {
    Map<String, String> all = new TreeMap<>(properties);
    all.putAll(OWN);
    return all.entrySet().stream()
        .map(one -> "--" + one.getKey() + "=" + one.getValue().replace("${", "\\${"))
        .toArray(String[]::new);
  }
}
