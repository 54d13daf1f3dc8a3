package dev.warren.it;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Everything that a message can be without being a task; any client may put it on the queue. */
final class MalformedMessages {

  /** A message with what is wrong with it. */
  record Malformed(String what, BasicProperties properties, byte[] body) {}

  private static final String BODY = "[[\"a b\"], {}, null]";
  private static final String TO_EXCHANGE =
      "{\"task\": \"demo.fail\", \"options\": {\"exchange\": \"amq.topic\"}}";
  private static final int TEN_MEGABYTES = 10 * 1024 * 1024;
  private static final int DEEP = 100_000;

  private final List<Malformed> all = new ArrayList<>();
  private final String queue;
  private final String user;

  private MalformedMessages(String queue, String user) {
    this.queue = queue;
    this.user = user;
  }

  /**
   * A number of messages, all kinds among them.
   *
   * @param user the user who will publish them
   */
  static List<Malformed> of(int count, String queue, String user) {
    MalformedMessages messages = new MalformedMessages(queue, user);
    messages.large();
    while (messages.all.size() < count) {
      messages.bodies();
      messages.headers();
      messages.properties();
    }
    return List.copyOf(messages.all.subList(0, count));
  }

  private void large() {
    body("10 MB of JSON", "[[\"" + "x".repeat(TEN_MEGABYTES) + "\"], {}, null]");
    body("10 MB of anything", new byte[TEN_MEGABYTES]);
    body("lists nested 100,000 deep", "[".repeat(DEEP) + "]".repeat(DEEP));
    body("objects nested 100,000 deep", "{\"a\":".repeat(DEEP) + "1" + "}".repeat(DEEP));
    body("lists that never close", "[[" + "[".repeat(DEEP));
    bad("headers of nearly a frame", p -> p.headers(with("big", "x".repeat(130_000))));
    bad("a header of ten thousand entries", p -> p.headers(with("big", manyEntries())));
  }

  private void bodies() {
    body("nothing", "");
    body("no JSON", "this is not JSON");
    body("half of a JSON", "[[1, 2");
    body("more than a JSON", BODY + " and more");
    body("bytes that are not UTF-8", new byte[] {'[', '"', (byte) 0xFF, (byte) 0xFE, '"', ']'});
    body("null", "null");
    body("a number", "42");
    body("a text", "\"text\"");
    body("an object", "{\"arguments\": [], \"named\": {}}");
    body("protocol 1 without a list", "{\"args\": 1, \"kwargs\": {}}");
    body("protocol 1 with an eta that is no time", "{\"args\": [], \"eta\": \"soon\"}");
    body("an empty list", "[]");
    body("two elements", "[[], {}]");
    body("four elements", "[[], {}, null, null]");
    body("args that are an object", "[{}, {}, null]");
    body("args that are null", "[null, {}, null]");
    body("kwargs that are a list", "[[], [1], null]");
    body("kwargs that are a text", "[[], \"k\", null]");
    body("a number of a thousand digits", "[[" + "9".repeat(1000) + "], {}, null]");
    body("a chord", "[[], {}, {\"chord\": {\"task\": \"demo.fail\"}}]");
    body("a chain of no tasks", "[[], {}, {\"chain\": [{\"args\": []}]}]");
    body("a chain of text", "[[], {}, {\"chain\": \"demo.fail\"}]");
    body("a callback to an exchange", "[[], {}, {\"callbacks\": [" + TO_EXCHANGE + "]}]");
    body("links without end", "[[], {}, {\"errbacks\": [" + links(40) + "]}]");
  }

  private static String links(int levels) {
    return levels == 0
        ? "{\"task\": \"demo.fail\"}"
        : "{\"task\": \"demo.fail\", \"options\": {\"link\": [" + links(levels - 1) + "]}}";
  }

  private void headers() {
    message("no headers", p -> p.headers(null));
    message("no headers in a table", p -> p.headers(Map.of()));
    header("no name", "task", null);
    header("a blank name", "task", " ");
    header("a name that is a number", "task", 42);
    header("a name that is a table", "task", Map.of("name", "text.word_count"));
    header("no id", "id", null);
    header("a blank id", "id", "");
    header("an id that is a list", "id", List.of("a"));
    header("an id of 300 bytes", "id", "i".repeat(300));
    header("an id of 600 bytes in 200 characters", "id", "€".repeat(200));
    header("an id of two lines", "id", "one\ntwo");
    header("a name of 600 bytes in 200 characters", "task", "€".repeat(200));
    header("an eta that is no time", "eta", "soon");
    header("an eta that is a table", "eta", Map.of());
    header("expires that is no time", "expires", "yesterday");
    header("expires without an offset", "expires", "2026-11-22T08:00:00");
    header("time limits in words", "timelimit", "soon");
    header("time limits in a list of words", "timelimit", List.of("300", "200"));
    header("three time limits", "timelimit", List.of(300, 200, 100));
    header("a negative time limit", "timelimit", Arrays.asList(-1, null));
    header("a compression", "compression", "application/x-gzip");
    header("when it became unknown in words", "warren_unknown_since", "a while ago");
  }

  private void properties() {
    message("no content type", p -> p.contentType(null));
    message("text", p -> p.contentType("text/plain"));
    message("a pickle", p -> p.contentType("application/x-python-serialize"));
    message("a Java object", p -> p.contentType("application/x-java-serialized-object"));
    message("a content type of 255 bytes", p -> p.contentType("t".repeat(255)));
    message("UTF-16", p -> p.contentEncoding("utf-16"));
    message("gzip", p -> p.contentEncoding("gzip"));
    bad("a copy to the task queue", p -> p.headers(with("CC", List.of(queue))));
    bad("a blind copy to the task queue", p -> p.headers(with("BCC", List.of(queue))));
    bad("an expiry", p -> p.expiration("60000"));
    bad("a user", p -> p.userId(user));
    bad("an answer to the task queue", p -> p.replyTo(queue));
    bad("an answer to the due tasks", p -> p.replyTo(queue + ".due"));
    bad("an answer to the quarantine", p -> p.replyTo(queue + ".dead"));
    bad("an answer to nobody", p -> p.replyTo("no-such-queue"));
    bad("an answer to a name of 255 bytes", p -> p.replyTo("r".repeat(255)));
    message(
        "an answer that could not be addressed",
        p -> p.replyTo("somewhere").headers(with("id", "€".repeat(200))));
    bad("a correlation id of 255 bytes", p -> p.correlationId("c".repeat(255)));
    bad("a transient message", p -> p.deliveryMode(1));
    bad("odd properties", p -> p.priority(255).type("t").appId("a").timestamp(new Date(1)));
    bad("an own message id", p -> p.messageId("not-a-number"));
    bad("a count of deliveries in words", p -> p.headers(with("x-delivery-count", "many")));
    bad("a forged death", p -> p.headers(with("x-death", List.of(Map.of("queue", queue)))));
    bad("a reason of its own", p -> p.headers(with("x-warren-reason", "none of your business")));
    bad("all kinds of header values", p -> p.headers(oddHeaders()));
    bad("a header nested 30 deep", p -> p.headers(with("deep", nested(30))));
    bad("a header whose name has 255 bytes", p -> p.headers(with("h".repeat(255), 1)));
  }

  /** A table in a table, and so on. */
  static Map<String, Object> nested(int levels) {
    Map<String, Object> table = new HashMap<>(Map.of("bottom", true));
    for (int i = 1; i < levels; i++) {
      table = new HashMap<>(Map.of("t", table));
    }
    return table;
  }

  /** The properties of a message whose body would be good. */
  static BasicProperties.Builder wellFormed() {
    return new BasicProperties.Builder()
        .contentType("application/json")
        .contentEncoding("utf-8")
        .deliveryMode(2)
        .headers(goodHeaders());
  }

  private static Map<String, @Nullable Object> goodHeaders() {
    Map<String, @Nullable Object> headers = new HashMap<>();
    headers.put("task", "text.word_count");
    headers.put("id", UUID.randomUUID().toString());
    return headers;
  }

  private static Map<String, @Nullable Object> with(String header, @Nullable Object value) {
    Map<String, @Nullable Object> headers = goodHeaders();
    headers.put(header, value);
    return headers;
  }

  private static Map<String, @Nullable Object> oddHeaders() {
    Map<String, @Nullable Object> headers = goodHeaders();
    headers.put("bytes", new byte[] {1, 2, 3});
    headers.put("decimal", new BigDecimal("1.5"));
    headers.put("date", new Date(0));
    headers.put("float", 1.5f);
    headers.put("byte", (byte) 1);
    headers.put("long", Long.MIN_VALUE);
    headers.put("nothing", null);
    headers.put("list", Arrays.asList(1, null, Map.of("a", List.of())));
    return headers;
  }

  private static Map<String, Object> manyEntries() {
    Map<String, Object> many = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      many.put("e" + i, 1);
    }
    return many;
  }

  private void body(String what, String body) {
    body(what, body.getBytes(StandardCharsets.UTF_8));
  }

  private void body(String what, byte[] body) {
    all.add(new Malformed(what, wellFormed().build(), body));
  }

  /** A good body under a header that is wrong. */
  private void header(String what, String header, @Nullable Object value) {
    message(what, p -> p.headers(with(header, value)));
  }

  /** A good body under properties that are wrong. */
  private void message(String what, UnaryOperator<BasicProperties.Builder> change) {
    add(what, change, BODY);
  }

  /** A bad body under properties that are no harm to a good one, but may be to its quarantine. */
  private void bad(String what, UnaryOperator<BasicProperties.Builder> change) {
    add(what, change, "no JSON under " + what);
  }

  private void add(String what, UnaryOperator<BasicProperties.Builder> change, String body) {
    all.add(
        new Malformed(
            what, change.apply(wellFormed()).build(), body.getBytes(StandardCharsets.UTF_8)));
  }
}
