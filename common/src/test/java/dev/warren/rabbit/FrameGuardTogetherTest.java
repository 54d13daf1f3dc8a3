package dev.warren.rabbit;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FrameGuardTogetherTest {

  private final Connection connection = proxy(Connection.class, null);

  /** Else the broker never sees what {@code abort} waits for the answer to. */
  @Test
  void aChannelIsAbortedInTheMiddleWithFlushes() throws Exception {
    boolean[] together = new boolean[3];

    FrameGuard.together(
        connection,
        () -> {
          together[0] = FrameGuard.isTogether(connection);
          try {
            FrameGuard.apart(() -> together[1] = FrameGuard.isTogether(connection));
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
          together[2] = FrameGuard.isTogether(connection);
        });

    assertThat(together).containsExactly(true, false, true);
    assertThat(FrameGuard.isTogether(connection)).isFalse();
  }

  @Test
  void aMessageThatCannotBeWrittenAbortsTheChannelApart() {
    boolean[] abortedTogether = {true};
    Channel channel =
        (Channel)
            Proxy.newProxyInstance(
                Channel.class.getClassLoader(),
                new Class<?>[] {Channel.class},
                (self, method, args) ->
                    switch (method.getName()) {
                      case "getConnection" -> connection;
                      case "getNextPublishSeqNo" -> 1L;
                      case "isOpen" -> true;
                      case "basicPublish" -> throw new IllegalArgumentException("test");
                      case "abort" -> {
                        abortedTogether[0] = FrameGuard.isTogether(connection);
                        yield null;
                      }
                      default -> null;
                    });
    ConfirmChannel confirms = new ConfirmChannel(channel, () -> {});
    Outgoing message =
        new Outgoing(
            "", "q", new com.rabbitmq.client.AMQP.BasicProperties(), new byte[0], Long.MAX_VALUE);

    confirms.together(() -> confirms.write(message));

    assertThat(abortedTogether[0]).isFalse();
    assertThat(message.outcome()).isCompletedExceptionally();
  }

  private static <T> T proxy(Class<T> type, @Nullable Object answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> method.getName().equals("hashCode") ? 1 : answer));
  }
}
