package dev.warren.it.kit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;

/** PostgreSQL in a container. Its port on the host is chosen here, so that a restart keeps it. */
final class DockerPostgres implements TestPostgres {

  private static final DockerImageName IMAGE = DockerImageName.parse("postgres:17");
  private static final int POSTGRESQL = 5432;
  private static final int STOP_SECONDS = 30;

  private final int port = FreePort.next();
  private final GenericContainer<?> container =
      new GenericContainer<>(IMAGE)
          .withEnv("POSTGRES_USER", USER)
          .withEnv("POSTGRES_PASSWORD", PASSWORD)
          .withExposedPorts(POSTGRESQL)
          .waitingFor(new Nothing());
  private final DockerClient docker = container.getDockerClient();

  private DockerPostgres() {
    container.setPortBindings(List.of("127.0.0.1:" + port + ":" + POSTGRESQL));
  }

  static TestPostgres started() {
    DockerPostgres server = new DockerPostgres();
    try {
      server.container.start();
      server.awaitAnswers();
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  /** Not before it is set up: until then it does not listen on the network. */
  private void awaitAnswers() {
    Deadline.await("PostgreSQL answers on port " + port, Deadline.BROKER_START, this::answers);
  }

  /** What its log says, and how often, depends on the image. */
  private static final class Nothing extends AbstractWaitStrategy {
    @Override
    protected void waitUntilReady() {
      // see awaitAnswers
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void stop() {
    docker.stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
  }

  @Override
  public void start() {
    docker.startContainerCmd(container.getContainerId()).exec();
    awaitAnswers();
  }

  @Override
  public void kill9() {
    docker.killContainerCmd(container.getContainerId()).withSignal("SIGKILL").exec();
  }

  @Override
  public void freeze() {
    Deadline.await("PostgreSQL is frozen", Deadline.APP_STOP, this::tryFreeze);
  }

  /** Not while one of its processes writes to the disk. */
  private boolean tryFreeze() {
    try {
      docker.pauseContainerCmd(container.getContainerId()).exec();
      return true;
    } catch (InternalServerErrorException e) {
      return false;
    }
  }

  @Override
  public void thaw() {
    docker.unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    container.stop();
  }
}
