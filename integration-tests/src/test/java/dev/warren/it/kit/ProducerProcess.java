package dev.warren.it.kit;

import java.nio.file.Path;
import java.util.List;

/** A REST service. */
public final class ProducerProcess extends AppProcess {

  private final String address;
  private final Rest rest;
  private final Rest management;

  private ProducerProcess(Spec spec) {
    super("producer", spec.program(), spec.settings);
    this.address = "http://127.0.0.1:" + spec.port;
    this.rest = new Rest(address);
    this.management = new Rest("http://127.0.0.1:" + spec.managementPort);
  }

  /** A producer on a broker, on free ports. */
  public static Spec on(String uri) {
    return new Spec(uri);
  }

  /** Scheme, host and port of its REST interface. */
  public String address() {
    return address;
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

  /**
   * What to start a producer with. Started again, after the first process has ended, it has the
   * same ports and the same data: it is the same producer.
   */
  public static final class Spec extends AppProcess.Spec<Spec> {

    private final int port = FreePort.next();
    private final int managementPort = FreePort.next();
    private String failAt = "";

    private Spec(String uri) {
      super(uri);
      set("server.port", port);
      set("management.server.port", managementPort);
      data(LoggedProcess.folder().resolve(TestBroker.uniqueName("producer-data")));
    }

    /** Keeps its H2 files in a folder; one of its own unless set otherwise. */
    public Spec data(Path folder) {
      return set("warren.producer.data", folder);
    }

    /** Keeps its data in this database, in place of H2 files of its own. */
    public Spec database(String url, String user, String password) {
      return set("spring.datasource.url", url)
          .set("spring.datasource.username", user)
          .set("spring.datasource.password", password);
    }

    /**
     * Lets it kill itself when it comes to a point for the so-manieth time; the points are those of
     * {@code dev.warren.producer.FailPoint}.
     */
    public Spec failAt(String point, int hit) {
      failAt = point + ":" + hit;
      return this;
    }

    /** Lets it live. */
    public Spec failNowhere() {
      failAt = "";
      return this;
    }

    private List<String> program() {
      return List.of("-Dwarren.fail-at=" + failAt, "-jar", AppJar.PRODUCER.file().toString());
    }

    /** Starts the process and does not wait. */
    public ProducerProcess start() {
      return new ProducerProcess(this);
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
