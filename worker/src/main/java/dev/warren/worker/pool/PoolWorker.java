package dev.warren.worker.pool;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.autoconfigure.WarrenAutoConfiguration;
import dev.warren.process.ProcessOrders;
import dev.warren.worker.app.BuiltInTasks;
import dev.warren.worker.autoconfigure.WorkerAutoConfiguration;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;

/**
 * A worker process of a pool that owns its processes: a Spring application with the pool's task
 * classes, the worker, and nothing else; a class that needs more brings it, for instance by
 * {@code @EnableAutoConfiguration}. The application's own {@code application.properties} count.
 *
 * <p>The first line of the standard input is a {@link ProcessOrders}. When that input ends, the
 * pool's own process is gone, and this one halts at once.
 */
@ImportAutoConfiguration({
  PropertyPlaceholderAutoConfiguration.class,
  SslAutoConfiguration.class,
  RabbitAutoConfiguration.class,
  WarrenAutoConfiguration.class,
  WorkerAutoConfiguration.class
})
public final class PoolWorker {

  /** The exit code where the pool's own process is gone. */
  private static final int ORPHANED = 3;

  private PoolWorker() {}

  /** Started by the pool only. */
  public static void main(String[] args) throws IOException {
    BufferedReader pool =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = pool.readLine();
    if (line == null) {
      throw new ConfigurationException(
          "this process is started by Warren.pool(int), which tells it what to do", null);
    }
    haltAtTheEndOf(pool);
    System.setIn(InputStream.nullInputStream()); // not for tasks to read
    ProcessOrders orders = ProcessOrders.of(line);
    orders.systemProperties().forEach(System::setProperty);
    System.setProperty(ProcessOrders.STARTING, "true");
    try {
      run(orders);
    } catch (ConfigurationException e) { // before there is an application that says it
      System.out.println("Warren does not start: " + e.getMessage());
      System.exit(1);
    }
    System.clearProperty(ProcessOrders.STARTING);
    System.out.println("\n" + ProcessOrders.READY);
  }

  private static void haltAtTheEndOf(BufferedReader pool) {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (pool.read() >= 0) {
                  continue; // nothing more is said
                }
              } catch (IOException e) { // as an end
              }
              Runtime.getRuntime().halt(ORPHANED);
            },
            "warren-pool-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void run(ProcessOrders orders) {
    List<Class<?>> sources = new ArrayList<>(List.of(PoolWorker.class));
    if (orders.sources().isEmpty()) {
      sources.add(BuiltInTasks.class);
    }
    orders.sources().forEach(name -> sources.add(load(name)));
    SpringApplication application = new SpringApplication(sources.toArray(Class<?>[]::new));
    application.setWebApplicationType(WebApplicationType.NONE);
    application.run(arguments(orders.properties()));
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      throw new ConfigurationException(
          "the task class " + name + " is not on the class path of the pool's processes", e);
    }
  }

  /** As arguments of the application, never of the process: they go before all other settings. */
  private static String[] arguments(Map<String, String> properties) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--spring.main.web-application-type=none");
    arguments.add("--spring.main.banner-mode=off");
    arguments.add("--spring.main.log-startup-info=false");
    arguments.add("--logging.file.name="); // the pool's own process logs what this one prints
    arguments.add("--logging.file.path=");
    properties.forEach(
        (name, value) -> arguments.add("--" + name + "=" + value.replace("${", "\\${")));
    return arguments.toArray(String[]::new);
  }
}
