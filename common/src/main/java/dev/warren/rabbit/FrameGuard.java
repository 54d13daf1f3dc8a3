package dev.warren.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.WriteListener;
import com.rabbitmq.client.impl.AMQConnection;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.ClientVersion;
import com.rabbitmq.client.impl.ConnectionParams;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.impl.FrameHandlerFactory;
import dev.warren.WarrenException.ConfigurationException;
import dev.warren.wire.WireFormat;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections that no message can close.
 *
 * <p>The broker passes a message's properties on without looking into all of them. What the AMQP
 * client cannot read, for instance tables nested more than 32 deep, makes it close the connection;
 * the broker then delivers the same message again, for ever. Here such properties are replaced,
 * before the client sees them, by ones that hold the originals as bytes: the message arrives,
 * without a task's name, and goes to quarantine like any other that is no task.
 */
final class FrameGuard implements FrameHandler {

  private static final Logger log = LoggerFactory.getLogger(FrameGuard.class);

  /** Class id, weight and body size stand before the properties. */
  private static final int BODY_SIZE_AT = 4;

  /** The connection that this thread writes several messages to, to flush it once. */
  private static final ThreadLocal<@Nullable Connection> WRITTEN_TOGETHER = new ThreadLocal<>();

  private final FrameHandler handler;
  private volatile @Nullable AMQConnection connection; // written once, before it is used

  private FrameGuard(FrameHandler handler) {
    this.handler = handler;
  }

  /**
   * Says in one line what a missing method would otherwise say in a stack trace.
   *
   * @throws ConfigurationException if the AMQP client on the class path is too old
   */
  static void requireSupportedClient() {
    try {
      Frame.class.getMethod("getType");
    } catch (NoSuchMethodException e) {
      throw new ConfigurationException(
          "Warren needs com.rabbitmq:amqp-client 5.37.0 or newer, but the class path has "
              + ClientVersion.VERSION
              + ", as Spring Boot chooses; set <rabbit-amqp-client.version>5.37.0</rabbit-amqp-client.version>"
              + " in the properties of your pom.xml",
          e);
    }
  }

  /** As {@link ConnectionFactory#newConnection(List, String)}, without automatic recovery. */
  static Connection connect(ConnectionFactory factory, List<Address> addresses, String name)
      throws IOException, TimeoutException {
    ConnectionParams params = params(factory, name);
    FrameHandlerFactory handlers = frameHandlers(factory);
    Exception failure = new IOException("there is no address to connect to");
    for (Address address : addresses) {
      try {
        AMQConnection connection =
            new AMQConnection(params, new FrameGuard(handlers.create(address, name)));
        connection.start();
        return connection;
      } catch (IOException | TimeoutException e) {
        failure = e; // the next address may answer
      }
    }
    if (failure instanceof TimeoutException silence) {
      throw silence;
    }
    throw (IOException) failure;
  }

  private static ConnectionParams params(ConnectionFactory factory, String name) {
    ConnectionParams params = factory.params(null);
    Map<String, Object> properties = new HashMap<>(params.getClientProperties());
    properties.put("connection_name", name);
    params.setClientProperties(properties);
    return params;
  }

  /** Protected in the factory, which we are handed and so cannot extend. */
  private static FrameHandlerFactory frameHandlers(ConnectionFactory factory) throws IOException {
    try {
      Method create = ConnectionFactory.class.getDeclaredMethod("createFrameHandlerFactory");
      create.setAccessible(true);
      return (FrameHandlerFactory) create.invoke(factory);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of the AMQP client is not supported", e);
    }
  }

  /**
   * Writes several messages to one connection with one flush at the end, which is a system call for
   * all of them instead of one for each. Who else writes to it meanwhile flushes all that is there.
   *
   * @param writes writes with the calling thread, and waits for no answer
   */
  static void together(Connection connection, Runnable writes) throws IOException {
    WRITTEN_TOGETHER.set(connection);
    try {
      writes.run();
    } finally {
      WRITTEN_TOGETHER.remove();
      if (connection instanceof AMQConnection real) {
        real.flush();
      }
    }
  }

  /** Calls the broker and waits for its answer, in the middle of {@link #together}. */
  static void apart(Call call) throws IOException {
    Connection before = WRITTEN_TOGETHER.get();
    WRITTEN_TOGETHER.remove();
    try {
      call.run();
    } finally {
      WRITTEN_TOGETHER.set(before);
    }
  }

  /** Whether this thread leaves flushing to the end of {@link #together}. */
  static boolean isTogether(Connection connection) {
    return WRITTEN_TOGETHER.get() == connection;
  }

  /** A call to the broker. */
  interface Call {
    void run() throws IOException;
  }

  @Override
  public @Nullable Frame readFrame() throws IOException {
    Frame frame = handler.readFrame();
    return frame == null || frame.getType() != AMQP.FRAME_HEADER ? frame : readable(frame);
  }

  private static Frame readable(Frame frame) throws IOException {
    byte[] payload = frame.getPayload();
    if (PropertiesWalk.isSurelyReadable(payload)) {
      return frame;
    }
    try {
      AMQImpl.readContentHeaderFrom(new DataInputStream(new ByteArrayInputStream(payload)));
      return frame;
    } catch (IOException | RuntimeException e) {
      log.warn("the properties of a message cannot be read: {}", e.toString());
      BasicProperties instead =
          new BasicProperties.Builder().headers(Map.of(WireFormat.UNREADABLE, payload)).build();
      byte[] replaced = instead.toFrame(frame.getChannel(), bodySize(payload)).getPayload();
      return new Frame(AMQP.FRAME_HEADER, frame.getChannel(), replaced);
    }
  }

  private static long bodySize(byte[] payload) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload));
    in.skipNBytes(BODY_SIZE_AT);
    return in.readLong();
  }

  // --- everything else as it is ----------------------------------------------------------------

  @Override
  public boolean internalHearbeat() {
    return handler.internalHearbeat();
  }

  @Override
  public void setTimeout(int timeoutMs) throws SocketException {
    handler.setTimeout(timeoutMs);
  }

  @Override
  public int getTimeout() throws SocketException {
    return handler.getTimeout();
  }

  @Override
  public void sendHeader() throws IOException {
    handler.sendHeader();
  }

  @Override
  public void initialize(AMQConnection connection) {
    this.connection = connection;
    handler.initialize(connection);
  }

  @Override
  public void startProcessing() {
    handler.startProcessing();
  }

  @Override
  public void finishConnectionNegotiation() {
    handler.finishConnectionNegotiation();
  }

  @Override
  public void setFrameMax(int frameMax) {
    handler.setFrameMax(frameMax);
  }

  @Override
  public void writeFrame(Frame frame) throws IOException {
    handler.writeFrame(frame);
  }

  @Override
  public void flush(@Nullable WriteListener listener) throws IOException {
    if (listener != null || connection == null || !isTogether(connection)) {
      handler.flush(listener);
    }
  }

  @Override
  public void close() {
    handler.close();
  }

  @Override
  public InetAddress getLocalAddress() {
    return handler.getLocalAddress();
  }

  @Override
  public int getLocalPort() {
    return handler.getLocalPort();
  }

  @Override
  public InetAddress getAddress() {
    return handler.getAddress();
  }

  @Override
  public int getPort() {
    return handler.getPort();
  }
}
