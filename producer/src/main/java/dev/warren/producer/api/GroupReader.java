package dev.warren.producer.api;

import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenSettings;
import dev.warren.producer.dispatch.GroupUpload;
import dev.warren.producer.dispatch.NewGroup;
import dev.warren.producer.store.TaskOptions;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a group from what a caller posts, holding one item at a time:
 *
 * <pre>{@code
 * {"task": "text.word_count", "queue": "tasks", "star": false, "chunkSize": 100, "options": {}, "items": ["…", "…"]}
 * }</pre>
 *
 * <p>or the same object without {@code items} in the first line, and each item in a line of its
 * own. Only {@code task} is required, and {@code items} in the first form, as the last field. Each
 * value is within the limits of {@link StrictJson}. Thread-safe.
 */
@Component
final class GroupReader {

  static final int MAX_ITEMS = 100_000;
  static final int MAX_CHUNK = 1_000;
  static final int DEFAULT_CHUNK = 100;

  private static final String ITEMS = "items";
  private static final Set<String> FIELDS =
      Set.of("task", "queue", "star", "chunkSize", "options", ITEMS);

  /** An item stands in an array in an object. */
  private static final int DEPTH_ABOVE = 2;

  private final TaskReader tasks;
  private final OptionsReader options;
  private final int maxMessageBytes;
  private final JsonFactory factory;

  GroupReader(TaskReader tasks, OptionsReader options, WarrenSettings settings) {
    this.tasks = tasks;
    this.options = options;
    this.maxMessageBytes = settings.maxMessageBytes();
    this.factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(StrictJson.MAX_DEPTH + DEPTH_ABOVE)
                    .maxNumberLength(StrictJson.MAX_DIGITS)
                    .maxStringLength(maxMessageBytes)
                    .build())
            .build();
  }

  /**
   * Reads a whole group. Blocks while it arrives.
   *
   * @param lines whether it is a line of fields and a line for each item
   * @param open begins the group, once its fields are known
   * @return the group with all its items, to be sealed, or closed; if this throws, it is closed
   * @throws ProblemException that tells what is wrong, and how many items were read before
   */
  GroupUpload read(InputStream body, boolean lines, Function<NewGroup, GroupUpload> open) {
    try (Reading reading = new Reading(body, open)) {
      return reading.guarded(lines ? reading::lines : reading::object);
    }
  }

  /** Jackson's own decoder guesses at UTF-16 and UTF-32, and lets overlong forms pass. */
  private static Reader strict(InputStream body) {
    return new InputStreamReader(
        body,
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private NewGroup group(ObjectNode fields, FieldErrors errors) {
    String task = TaskReader.name(fields, errors);
    String queue = tasks.queue(fields, errors);
    TaskOptions how = options.read(fields.path("options"), errors);
    JsonNode star = fields.path("star");
    if (!star.isMissingNode() && !star.isBoolean()) {
      errors.add("/star", "must be true or false");
    }
    JsonNode size = fields.path("chunkSize");
    int chunkSize = size.isMissingNode() ? DEFAULT_CHUNK : size.asInt(0);
    if (!size.isMissingNode() && !size.isIntegralNumber()
        || chunkSize < 1
        || chunkSize > MAX_CHUNK) {
      errors.add("/chunkSize", "must be an integer from 1 to " + MAX_CHUNK);
    }
    return new NewGroup(task, queue, how, star.asBoolean(false), chunkSize);
  }

  /** One group that is being read. */
  private final class Reading implements AutoCloseable {

    private final JsonParser parser;
    private final StrictJson json;
    private final Function<NewGroup, GroupUpload> open;
    private boolean star;
    private @Nullable GroupUpload upload; // null before it is begun, and when it is handed over

    Reading(InputStream body, Function<NewGroup, GroupUpload> open) {
      this.parser = factory.createParser(ObjectReadContext.empty(), strict(body));
      this.json = StrictJson.over(parser, maxMessageBytes);
      this.open = open;
    }

    // --- {"task": …, "items": […]} ---------------------------------------------------------------

    GroupUpload object() {
      requireObject(parser.nextToken());
      ObjectNode fields = JsonNodeFactory.instance.objectNode();
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        if (fields.has(name)) {
          throw StrictJson.malformed("a key is there twice", json.here());
        }
        requireField(name);
        JsonToken value = parser.nextToken();
        if (name.equals(ITEMS)) {
          return items(begin(fields), value);
        }
        fields.set(name, json.next());
      }
      FieldErrors errors = new FieldErrors();
      group(fields, errors);
      throw raised(errors, "/items", "is required");
    }

    private GroupUpload items(GroupUpload begun, JsonToken value) {
      if (value != JsonToken.START_ARRAY) {
        throw raised(new FieldErrors(), "/items", "must be an array");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        add(begun, json.next());
      }
      if (parser.nextName() != null) {
        throw raised(new FieldErrors(), "/items", "must be the last field: others follow it");
      }
      if (parser.nextToken() != null) {
        throw StrictJson.malformed("something follows the value", json.here());
      }
      return begun;
    }

    // --- {"task": …} and an item a line ----------------------------------------------------------

    GroupUpload lines() {
      requireObject(parser.nextToken());
      ObjectNode fields = (ObjectNode) json.next();
      fields.propertyNames().forEach(this::requireField);
      if (fields.has(ITEMS)) {
        throw raised(
            new FieldErrors(), "/items", "are the lines that follow the first one, one in each");
      }
      int line = parser.currentTokenLocation().getLineNr();
      GroupUpload begun = begin(fields);
      while (parser.nextToken() != null) {
        int first = parser.currentTokenLocation().getLineNr();
        if (first == line) {
          throw StrictJson.malformed("two values in one line", json.here());
        }
        JsonNode item = json.next();
        line = parser.currentTokenLocation().getLineNr();
        if (line != first) {
          throw StrictJson.malformed("an item in more than one line", json.here());
        }
        add(begun, item);
      }
      return begun;
    }

    // --- either ----------------------------------------------------------------------------------

    private void requireObject(@Nullable JsonToken first) {
      if (first == null) {
        throw StrictJson.malformed("empty", parser.currentLocation());
      }
      if (first != JsonToken.START_OBJECT) {
        throw raised(new FieldErrors(), "", "must begin with an object");
      }
    }

    private void requireField(String name) {
      FieldErrors errors = new FieldErrors();
      if (name.equals("kwargs") || name.equals("args")) {
        throw raised(
            errors,
            "/" + name,
            "is not possible: a group calls its task with one item, or with 'star' with a list of"
                + " arguments; put what all calls share into each item");
      }
      errors.requireKnown(JsonNodeFactory.instance.objectNode().putNull(name), "", FIELDS);
      errors.raise();
    }

    private GroupUpload begin(ObjectNode fields) {
      FieldErrors errors = new FieldErrors();
      NewGroup group = group(fields, errors);
      errors.raise();
      star = group.star();
      GroupUpload begun = open.apply(group);
      upload = begun;
      return begun;
    }

    private void add(GroupUpload begun, JsonNode item) {
      if (begun.items() >= MAX_ITEMS) {
        throw new ProblemException(
                Problem.PAYLOAD_TOO_LARGE, "a group has at most %d items".formatted(MAX_ITEMS))
            .with("maxItems", MAX_ITEMS);
      }
      if (star && !item.isArray()) {
        throw raised(
            new FieldErrors(),
            "/items/" + begun.items(),
            "must be an array of arguments, because 'star' is true");
      }
      try {
        begun.add(item);
      } catch (EncodingException e) {
        throw new ProblemException(Problem.PAYLOAD_TOO_LARGE, String.valueOf(e.getMessage()))
            .with("maxBytes", maxMessageBytes);
      }
    }

    // --- what goes wrong -------------------------------------------------------------------------

    GroupUpload guarded(Supplier<GroupUpload> read) {
      try {
        GroupUpload whole = read.get();
        upload = null;
        return whole;
      } catch (ProblemException e) {
        throw located(e);
      } catch (StreamConstraintsException e) {
        throw located(
            json.isTooLong()
                ? json.tooLong(StrictJson.location(e))
                : StrictJson.limits(StrictJson.location(e)));
      } catch (JacksonException e) {
        boolean isText = !(e.getCause() instanceof CharacterCodingException);
        throw located(
            StrictJson.malformed(isText ? "not JSON" : "not UTF-8", StrictJson.location(e)));
      }
    }

    private ProblemException located(ProblemException problem) {
      GroupUpload begun = upload;
      return (begun == null ? problem : problem.with("itemsRead", begun.items()))
          .closingConnection();
    }

    private static ProblemException raised(FieldErrors errors, String pointer, String detail) {
      errors.add(pointer, detail);
      return errors.problem();
    }

    @Override
    public void close() {
      GroupUpload begun = upload;
      if (begun != null) {
        begun.close();
      }
      parser.close();
    }
  }
}
