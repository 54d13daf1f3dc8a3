package dev.warren.it.kit;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.util.List;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.rabbitmq.RabbitMQContainer;
import org.testcontainers.utility.DockerImageName;

/** RabbitMQ in a container. Its port on the host is chosen here, so that a restart keeps it. */
final class DockerBroker implements TestBroker {

  private static final DockerImageName IMAGE = DockerImageName.parse("rabbitmq:4-management");
  private static final int AMQP = 5672;
  private static final int STOP_SECONDS = 30;

  private final int port = FreePort.next();
  private final RabbitMQContainer container =
      new RabbitMQContainer(IMAGE).withAdminUser(USER).withAdminPassword(PASSWORD);
  private final DockerClient docker = container.getDockerClient();

  private DockerBroker() {
    container.setPortBindings(List.of("127.0.0.1:" + port + ":" + AMQP));
  }

  static TestBroker started() {
    DockerBroker broker = new DockerBroker();
    broker.container.start();
    return broker;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String ctl(String... arguments) {
    String[] command = new String[arguments.length + 2];
    command[0] = "rabbitmqctl";
    command[1] = "--quiet";
    System.arraycopy(arguments, 0, command, 2, arguments.length);
    try {
      ExecResult result = container.execInContainer(command);
      if (result.getExitCode() != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + ": " + result.getStdout() + result.getStderr());
      }
      return result.getStdout();
    } catch (IOException e) {
      throw new IllegalStateException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(String.join(" ", command), e);
    }
  }

  @Override
  public void stop() {
    docker.stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
  }

  @Override
  public void start() {
    docker.startContainerCmd(container.getContainerId()).exec();
    Deadline.await("broker answers on port " + port, Deadline.BROKER_START, this::answers);
  }

  private boolean answers() {
    return PlainAmqp.answers(uri());
  }

  @Override
  public void kill9() {
    docker.killContainerCmd(container.getContainerId()).withSignal("SIGKILL").exec();
  }

  @Override
  public void freeze() {
    docker.pauseContainerCmd(container.getContainerId()).exec();
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
