package dev.warren.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;

/** Words for what the AMQP client throws. */
public final class Reason {

  private Reason() {}

  /** The innermost reason in one line: what the broker said, or the socket. */
  public static String of(Throwable e) {
    Throwable innermost = e;
    while (innermost.getCause() != null && innermost.getCause() != innermost) {
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage();
    if (innermost instanceof ShutdownSignalException signal) {
      message = said(signal);
    }
    return message == null
        ? innermost.getClass().getSimpleName()
        : message.replaceAll("\\s+", " ").strip().replaceFirst("\\.$", "");
  }

  private static String said(ShutdownSignalException signal) {
    if (signal.getReason() instanceof AMQP.Connection.Close close) {
      return close.getReplyText();
    }
    if (signal.getReason() instanceof AMQP.Channel.Close close) {
      return close.getReplyText();
    }
    return String.valueOf(signal.getMessage());
  }
}
