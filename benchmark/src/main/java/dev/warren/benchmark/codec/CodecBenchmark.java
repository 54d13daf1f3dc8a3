package dev.warren.benchmark.codec;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.wire.Decoded;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Tasks and replies, from Warren's values to what the AMQP client is handed, and back from what it
 * hands over. {@code benchmark/run codec} runs it.
 */
@NullUnmarked // its fields are set by JMH
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class CodecBenchmark {

  private static final int MOST_BYTES = 8 * 1024 * 1024;

  /** A task's argument and result. */
  @Param({"number", "text"})
  public String argument;

  private final WireFormat wire = new WireFormat(MOST_BYTES);

  private TaskMessage task;
  private byte[] taskBody;
  private byte[] taskFrame;
  private BasicProperties taskProperties;
  private ReplyMessage reply;
  private byte[] replyBody;
  private BasicProperties replyProperties;

  /** Makes the messages, once for each JVM. */
  @Setup
  public void prepare() throws IOException {
    task = Samples.task(wire, argument);
    WireMessage sent = wire.writeTask(task);
    taskBody = sent.body();
    taskFrame = Samples.headerFrame(sent);
    taskProperties = Samples.received(taskFrame);
    reply = Samples.reply(task);
    WireMessage answer = wire.writeReply(reply, task.id());
    replyBody = answer.body();
    replyProperties = Samples.received(Samples.headerFrame(answer));
  }

  /** What a client does for each task. */
  @Benchmark
  public BasicProperties taskEncode(Blackhole hole) {
    WireMessage message = wire.writeTask(task);
    hole.consume(message.body());
    return AmqpMessages.properties(message);
  }

  /** What a worker does for each delivery. */
  @Benchmark
  public Decoded<TaskMessage> taskDecode() {
    return wire.readTask(AmqpMessages.read(taskProperties, taskBody));
  }

  /** What a worker does for each outcome. */
  @Benchmark
  public BasicProperties replyEncode(Blackhole hole) {
    WireMessage message = wire.writeReply(reply, task.id());
    hole.consume(message.body());
    return AmqpMessages.properties(message);
  }

  /** What a client does for each reply. */
  @Benchmark
  public Decoded<ReplyMessage> replyDecode() {
    return wire.readReply(AmqpMessages.read(replyProperties, replyBody));
  }

  /** What the AMQP client itself does for the properties of each delivered task. */
  @Benchmark
  public BasicProperties taskHeaderFrame() throws IOException {
    return Samples.received(taskFrame);
  }

  /** What Warren does to know that they can be written and fit into a frame. */
  @Benchmark
  public boolean taskPropertiesFit() {
    return AmqpMessages.surelyFits(taskProperties, AmqpMessages.FRAME_MAX);
  }

  /** What the AMQP client does to write them, and Warren where it is not sure that they fit. */
  @Benchmark
  public int taskPropertiesSize() {
    return AmqpMessages.size(taskProperties);
  }
}
