package dev.warren.benchmark;

import java.net.URI;
import java.util.UUID;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.rabbit.AsyncRabbitTemplate;
import org.springframework.amqp.rabbit.RabbitConverterFuture;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * What Spring users write today: a method with {@link RabbitListener}, called by an {@link
 * AsyncRabbitTemplate}. The listener's replies are not confirmed.
 */
@EnableAutoConfiguration
public class SpringRelay {

  /** The argument with which this program is the worker. */
  static final String ROLE = "spring-worker";

  private static final String BODY = "x".repeat(256);

  /** The queue, which may not be there yet. */
  @Bean
  Queue tasks(@Value("${bench.queue}") String name, @Value("${bench.type}") String type) {
    QueueBuilder queue = QueueBuilder.durable(name);
    return (type.equals("quorum") ? queue.quorum() : queue).build();
  }

  /** Returns what it is given. */
  @RabbitListener(queues = "${bench.queue}", concurrency = "2")
  public String nothing(String given) {
    return given;
  }

  /** How a client gets its replies. */
  enum Kind {
    CONFIRMED,
    UNCONFIRMED,
    DIRECT_REPLY_TO
  }

  /**
   * Calls the listener. With confirms, too, it waits for the reply only: the template forgets a
   * call that is answered, and then never tells that it was confirmed.
   */
  static final class Client implements Caller {

    private final CachingConnectionFactory connections;
    private final AsyncRabbitTemplate template;

    Client(String broker, Kind kind) {
      boolean confirmed = kind == Kind.CONFIRMED;
      connections = new CachingConnectionFactory(URI.create(broker));
      if (confirmed) {
        connections.setPublisherConfirmType(ConfirmType.CORRELATED);
      }
      RabbitTemplate sender = new RabbitTemplate(connections);
      template = kind == Kind.DIRECT_REPLY_TO ? new AsyncRabbitTemplate(sender) : queued(sender);
      template.setReceiveTimeout(60_000);
      template.setEnableConfirms(confirmed);
      template.start();
    }

    private AsyncRabbitTemplate queued(RabbitTemplate sender) {
      String replies = "bench.reply." + UUID.randomUUID();
      new RabbitAdmin(connections).declareQueue(QueueBuilder.durable(replies).autoDelete().build());
      SimpleMessageListenerContainer container = new SimpleMessageListenerContainer(connections);
      container.setQueueNames(replies);
      container.setPrefetchCount(500);
      return new AsyncRabbitTemplate(sender, container, replies);
    }

    @Override
    public void call(String queue, Done done) {
      RabbitConverterFuture<String> answer = template.convertSendAndReceive("", queue, BODY);
      answer.whenComplete((value, failure) -> done.end(failure));
    }

    @Override
    public void close() {
      template.stop();
      connections.destroy();
    }
  }
}
