package dev.warren.it.kit;

import java.util.List;

/** A REST service. */
public final class ProducerProcess extends AppProcess {

  private final Rest rest;
  private final Rest management;

  private ProducerProcess(Spec spec, int port, int managementPort) {
    super("producer", List.of("-jar", AppJar.PRODUCER.file().toString()), spec.settings);
    this.rest = new Rest("http://127.0.0.1:" + port);
    this.management = new Rest("http://127.0.0.1:" + managementPort);
  }

  /** A producer on a broker, on free ports. */
  public static Spec on(String uri) {
    return new Spec(uri);
  }

  /** Its REST interface. */
  public Rest rest() {
    return rest;
  }

  /** Its REST interface, in terms of tasks. */
  public TaskApi tasks() {
    return new TaskApi(rest);
  }

  /** Its management interface. */
  public Rest management() {
    return management;
  }

  /** Whether it says that it takes tasks. */
  public boolean isReady() {
    return management.answers("/actuator/health/readiness", 200);
  }

  /** Waits until it takes tasks. */
  public ProducerProcess awaitReady() {
    Deadline.await(
        "producer is ready",
        Deadline.APP_START,
        () -> {
          mustBeAlive();
          return isReady();
        });
    return this;
  }

  /** Waits until it answers, whether or not it takes tasks. */
  public ProducerProcess awaitLive() {
    Deadline.await(
        "producer is live",
        Deadline.APP_START,
        () -> {
          mustBeAlive();
          return management.answers("/actuator/health/liveness", 200);
        });
    return this;
  }

  /** What to start a producer with. */
  public static final class Spec extends AppProcess.Spec<Spec> {

    private Spec(String uri) {
      super(uri);
    }

    /** Starts the process and does not wait. */
    public ProducerProcess start() {
      int port = FreePort.next();
      int managementPort = FreePort.next();
      set("server.port", port);
      set("management.server.port", managementPort);
      return new ProducerProcess(this, port, managementPort);
    }

    /** Starts the process and waits until it takes tasks. */
    public ProducerProcess startReady() {
      ProducerProcess producer = start();
      try {
        return producer.awaitReady();
      } catch (RuntimeException | Error e) {
        producer.close();
        throw e;
      }
    }

    @Override
    Spec self() {
      return this;
    }
  }
}
