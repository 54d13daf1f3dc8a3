package dev.warren.wire;

import dev.warren.WarrenException.EncodingException;
import dev.warren.wire.Decoded.Reason;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.ser.ValueSerializerModifier;

/**
 * Bodies as JSON, within limits of size, depth and length of numbers. Immutable and thread-safe.
 */
final class Json {

  static final String CONTENT_TYPE = "application/json";

  /** Deeper nesting than this is nobody's argument, and would cost the reader its stack. */
  private static final int MAX_DEPTH = 128;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int MAX_NUMBER_LENGTH = 400;

  /** Bytes of a short string in AMQP: of names, ids and other properties. */
  private static final int LONGEST_NAME = 255;

  private final int maxBytes;
  private final JsonMapper mapper;
  private final ObjectReader values;

  Json(int maxBytes) {
    this.maxBytes = maxBytes;
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .build())
            .build();
    this.mapper =
        JsonMapper.builder(factory)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT) // 2.5 is no int, and 2 is not it
            .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS) // a pool is no {}
            // Numbers keep their digits on the way, whatever the type they are bound to in the end.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .findAndAddModules()
            .addModule(new SimpleModule("warren").setSerializerModifier(new CodeIsNoData()))
            .build();
    // Of a value inside a body; that nothing follows the body is for its reader to see.
    this.values =
        mapper.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /** A lambda has no properties either, but Jackson takes it for a bean that is meant so. */
  private static final class CodeIsNoData extends ValueSerializerModifier {
    private static final long serialVersionUID = 1L;

    @Override
    public ValueSerializer<?> modifySerializer(
        SerializationConfig config, BeanDescription.Supplier bean, ValueSerializer<?> serializer) {
      return bean.getBeanClass().isHidden() || bean.getBeanClass().isSynthetic()
          ? new Refusing()
          : serializer;
    }
  }

  private static final class Refusing extends ValueSerializer<Object> {
    @Override
    public void serialize(Object code, JsonGenerator json, SerializationContext context) {
      context.reportBadDefinition(
          code.getClass(), "a lambda or method reference is code, which does not travel");
    }
  }

  JsonMapper mapper() {
    return mapper;
  }

  /** What can stand in a property of a message and in a line of a log. */
  static boolean isName(String text) {
    boolean isBlank = true;
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter < ' ' || letter > '~') {
        return isForeignName(text);
      }
      isBlank &= letter == ' ';
    }
    return !isBlank && text.length() <= LONGEST_NAME;
  }

  private static boolean isForeignName(String text) {
    return !text.isBlank()
        && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
        && text.codePoints().noneMatch(Character::isISOControl);
  }

  /**
   * A moment with an offset, as both Celery and Java write it.
   *
   * @throws java.time.format.DateTimeParseException if it is none
   */
  static Instant moment(String text) {
    return Moments.parse(text);
  }

  /**
   * Whether a message is JSON for sure as far as its properties tell, of a size that may be read,
   * neither compressed nor with {@link TypedJson} in it.
   */
  boolean isPlain(WireMessage message) {
    return message.body().length <= maxBytes
        && CONTENT_TYPE.equals(message.contentType())
        && (message.contentEncoding() == null || message.contentEncoding().equals("utf-8"))
        && message.headers().get("compression") == null
        && !TypedJson.isIn(message.body());
  }

  /** The value at which a parser stands; behind it, it stands at its last token. */
  JsonNode value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> NODES.stringNode(parser.getString());
      case VALUE_NULL -> NODES.nullNode();
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      default -> values.readValue(parser);
    };
  }

  /** The JSON in a message, or the reason why there is none. */
  Decoded<JsonNode> read(WireMessage message) {
    return read(message, false);
  }

  /** As {@link #read}, of a program that may write kombu's {@link TypedJson}. */
  Decoded<JsonNode> readTyped(WireMessage message) {
    return read(message, true);
  }

  private Decoded<JsonNode> read(WireMessage message, boolean isTyped) {
    if (message.body().length > maxBytes) {
      return Decoded.failed(
          Reason.TOO_LARGE,
          "the body has %d bytes, more than warren.max-message-bytes allows (%d)"
              .formatted(message.body().length, maxBytes));
    }
    String type = message.contentType();
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(CONTENT_TYPE)) {
      return Decoded.failed(
          Reason.UNSUPPORTED_CONTENT_TYPE, "the content type is not " + CONTENT_TYPE + ": " + type);
    }
    String encoding = message.contentEncoding();
    if (encoding != null
        && !encoding.isEmpty()
        && !encoding.toLowerCase(Locale.ROOT).matches("utf-?8")) {
      return Decoded.failed(
          Reason.UNSUPPORTED_ENCODING, "the content encoding is not utf-8: " + encoding);
    }
    try {
      byte[] body =
          Compression.expand(message.body(), message.headers().get("compression"), maxBytes);
      JsonNode tree = mapper.readTree(body);
      return Decoded.of(isTyped ? TypedJson.plain(body, tree) : tree);
    } catch (MalformedException e) {
      return e.decoded();
    } catch (StreamConstraintsException e) {
      return Decoded.failed(Reason.TOO_DEEP, e.getOriginalMessage());
    } catch (JacksonException e) {
      return Decoded.failed(Reason.NOT_JSON, "the body is not JSON: " + e.getOriginalMessage());
    } catch (NumberFormatException e) { // of an exponent that no decimal has
      return Decoded.failed(Reason.NOT_JSON, "the body is not JSON: " + e.getMessage());
    }
  }

  /**
   * A body.
   *
   * @param what what is written, for the error
   * @throws EncodingException if it is not JSON, or too large
   */
  byte[] write(String what, Consumer<JsonGenerator> content) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(256);
        Bounded bounded = new Bounded(bytes, maxBytes)) {
      try (JsonGenerator json = mapper.createGenerator(bounded)) {
        content.accept(json);
      } catch (RuntimeException | Error e) { // a value's own getters may throw anything
        throw bounded.isExceeded() ? tooLarge(what) : unwritable(what, e);
      }
      return bytes.toByteArray();
    }
  }

  private EncodingException tooLarge(String what) {
    return new EncodingException(
        "%s has more bytes than warren.max-message-bytes allows (%d)".formatted(what, maxBytes),
        null);
  }

  private static EncodingException unwritable(String what, Throwable why) {
    String reason = why instanceof JacksonException e ? e.getOriginalMessage() : why.toString();
    return new EncodingException(what + " cannot be written as JSON: " + reason, why);
  }

  /** Refuses what is too large when it gets there, instead of holding all of it in memory. */
  private static final class Bounded extends OutputStream {
    private final ByteArrayBuilder to;
    private int room;
    private boolean exceeded;

    Bounded(ByteArrayBuilder to, int room) {
      this.to = to;
      this.room = room;
    }

    boolean isExceeded() {
      return exceeded;
    }

    @Override
    public void write(int one) {
      take(1);
      to.write(one);
    }

    @Override
    public void write(byte[] some, int from, int count) {
      take(count);
      to.write(some, from, count);
    }

    private void take(int count) {
      exceeded |= count > room;
      if (exceeded) {
        throw new IllegalStateException("more than may be written"); // seen by write() only
      }
      room -= count;
    }

    @Override
    public void close() {
      // nothing to close
    }
  }
}
