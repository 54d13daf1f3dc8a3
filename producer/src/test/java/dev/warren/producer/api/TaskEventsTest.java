package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.api.Http.Answer;
import dev.warren.producer.dispatch.Waiters;
import dev.warren.producer.store.StoredTask;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A task's changes as server-sent events, read byte by byte as a browser does. */
@ApiTest
class TaskEventsTest {

  private final int port;
  private final Http http;
  private final MapTaskStore store;
  private final Waiters waiters;
  private final List<Events> opened = new ArrayList<>();

  @Autowired
  TaskEventsTest(@LocalServerPort int port, MapTaskStore store, Waiters waiters) {
    this.port = port;
    this.http = new Http(port);
    this.store = store;
    this.waiters = waiters;
  }

  @BeforeEach
  void reset() {
    store.reset();
  }

  @AfterEach
  void nobodyWaitsOn() throws Exception {
    for (Events events : opened) {
      events.close();
    }
    Await.until("who went away is forgotten", () -> waiters.count() == 0);
  }

  @Test
  void eachChangeIsAnEventAndTheLastOneEndsThem() throws Exception {
    StoredTask task = stored(Tasks.queued());
    Events events = events(task);
    assertThat(events.head).startsWith("HTTP/1.1 200 ").contains("Content-Type: text/event-stream");
    assertThat(events.next().path("state").asString()).isEqualTo("QUEUED");

    waiters.changed(stored(Tasks.started(task)));
    assertThat(events.next().path("state").asString()).isEqualTo("STARTED");

    waiters.changed(stored(Tasks.at(task, 1, 2)));
    assertThat(events.next().path("progress").path("fraction").asDouble()).isEqualTo(0.5);

    waiters.changed(stored(Tasks.succeeded(task, "[\"line\\nbreak\",1]")));
    JsonNode last = events.next();
    assertThat(last.path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(last.path("result")).hasToString("[\"line\\nbreak\",1]");
    assertThat(events.next()).isNull();
  }

  @Test
  void whatAnotherProducerRecordsIsAnEventToo() throws Exception {
    StoredTask task = stored(Tasks.queued());
    Events events = events(task);
    events.next();

    stored(Tasks.started(task)); // and nobody says so
    assertThat(events.next().path("state").asString()).isEqualTo("STARTED");
    stored(Tasks.succeeded(task, "1"));
    assertThat(events.next().path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(events.next()).isNull();
  }

  @Test
  void aFinishedTaskHasOneEvent() throws Exception {
    Events events = events(stored(Tasks.failed(Tasks.queued(), "planned")));

    assertThat(events.next().path("error").path("message").asString()).isEqualTo("planned");
    assertThat(events.next()).isNull();
  }

  @Test
  void whoConnectsAgainBeginsWithThePresentState() throws Exception {
    StoredTask task = stored(Tasks.started(Tasks.queued()));
    Events events = open("GET " + path(task) + " HTTP/1.1\r\nLast-Event-ID: 7\r\n");

    assertThat(events.next().path("state").asString()).isEqualTo("STARTED");
  }

  @Test
  void aStreamWithoutEventsIsKeptAlive() throws Exception {
    Events events = events(stored(Tasks.queued()));
    events.next();

    assertThat(events.line()).isEqualTo(":");
  }

  @Test
  void aClientThatGoesAwayIsForgotten() throws Exception {
    Events events = events(stored(Tasks.queued()));
    events.next();
    assertThat(waiters.count()).isEqualTo(1);

    events.close();

    Await.until("it is forgotten", () -> waiters.count() == 0);
  }

  @Test
  void aTaskThatIsForgottenEndsItsEvents() throws Exception {
    StoredTask task = stored(Tasks.queued());
    Events events = events(task);
    events.next();

    store.forget(task.id());

    assertThat(events.next()).isNull();
  }

  @Test
  void oneReaderTooManyIs503() throws Exception {
    StoredTask task = stored(Tasks.queued());
    for (int i = 0; i < 3; i++) {
      events(task).next();
    }

    http.get(path(task)).isProblem(503, "too-many-waiters");
  }

  @Test
  void whatHasNoEventsIsAProblem() throws Exception {
    http.get(path(Tasks.queued())).isProblem(404, "task-not-found");
    http.send(http.request(path(stored(Tasks.queued()))).header("Accept", "application/json"))
        .isProblem(406, "not-acceptable");
  }

  @Test
  void whoWantsNoBodyGetsNoEvents() throws Exception {
    Answer answer =
        http.send(
            http.request(path(stored(Tasks.queued())))
                .method("HEAD", HttpRequest.BodyPublishers.noBody()));

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET");
  }

  @Test
  void whenTheProducerEndsSoDoTheEvents() throws Exception {
    Events events = events(stored(Tasks.queued()));
    events.next();

    waiters.stop();
    try {
      assertThat(events.next()).isNull();
    } finally {
      waiters.start();
    }
  }

  // -------------------------------------------------------------------------------------------

  private StoredTask stored(StoredTask task) {
    store.put(task);
    return task;
  }

  private static String path(StoredTask task) {
    return "/api/v1/tasks/" + task.id() + "/events";
  }

  private Events events(StoredTask task) throws IOException {
    return open("GET " + path(task) + " HTTP/1.1\r\n");
  }

  private Events open(String request) throws IOException {
    Events events = new Events(port, request);
    opened.add(events);
    return events;
  }

  /** One client's side of a stream. */
  private static final class Events implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private final Socket socket;
    private final BufferedReader reader;
    private final String head;

    private Events(int port, String request) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(20_000);
      String all =
          request + "Host: localhost\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(all.getBytes(StandardCharsets.US_ASCII));
      reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      StringBuilder lines = new StringBuilder();
      for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
        lines.append(line).append("\n");
      }
      head = lines.toString();
    }

    /** The next line of the stream, without the lengths of the chunks; null at its end. */
    private String line() throws IOException {
      String line = reader.readLine();
      while (line != null && line.matches("[0-9a-f]*")) {
        line = reader.readLine();
      }
      return line;
    }

    /** The next event's data; null at the end. */
    private JsonNode next() throws IOException {
      for (String line = line(); line != null; line = line()) {
        if (line.startsWith("event:")) {
          assertThat(line).isEqualTo("event:task");
          StringBuilder data = new StringBuilder();
          for (String more = line(); more != null; more = line()) {
            data.append(more);
            if (more.endsWith("}")) {
              break;
            }
          }
          assertThat(data.toString()).startsWith("data:");
          return JSON.readTree(data.substring("data:".length()));
        }
      }
      return null;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
