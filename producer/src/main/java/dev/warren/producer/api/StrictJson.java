package dev.warren.producer.api;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON as RFC 8259 has it, and without loss: numbers keep all their digits. Refuses what
 * another reader, further down a task's way, may take for something else or may not survive:
 * doubled keys, text that is not UTF-8, lone surrogates, NUL characters, what follows the value,
 * deep nesting and huge numbers. Immutable and thread-safe.
 */
final class StrictJson {

  static final int MAX_DEPTH = 64;
  static final int MAX_TOKENS = 100_000;
  static final int MAX_DIGITS = 400;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxTokenCount(MAX_TOKENS)
                  .maxNumberLength(MAX_DIGITS)
                  .build())
          .build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final JsonParser parser;
  private final long maxChars;
  private int tokens;
  private long begin;

  private StrictJson(JsonParser parser, long maxChars) {
    this.parser = parser;
    this.maxChars = maxChars;
  }

  /**
   * Reads values one by one from a parser, which the caller steps from one to the next; the limits
   * are those of each value.
   *
   * @param maxChars longest value
   */
  static StrictJson over(JsonParser parser, int maxChars) {
    return new StrictJson(parser, maxChars);
  }

  /**
   * The value whose first token the parser is at.
   *
   * @throws ProblemException {@code malformed-json}, {@code json-limits} or {@code
   *     payload-too-large}, with line and column
   */
  JsonNode next() {
    tokens = 0;
    begin = parser.currentTokenLocation().getCharOffset();
    return value(parser.currentToken());
  }

  /**
   * The value in a text.
   *
   * @throws ProblemException {@code malformed-json} or {@code json-limits}, with line and column
   */
  static JsonNode read(byte[] text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), decode(text))) {
      return new StrictJson(parser, Long.MAX_VALUE).document();
    } catch (StreamConstraintsException e) {
      throw limits(location(e));
    } catch (JacksonException e) {
      throw malformed("not JSON", location(e));
    }
  }

  private JsonNode document() {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw malformed("empty", 1, 1);
    }
    JsonNode value = value(first);
    if (parser.nextToken() != null) {
      throw malformed("something follows the value", here());
    }
    return value;
  }

  private JsonNode value(JsonToken token) {
    requireSmall();
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> NODES.stringNode(checked(parser.getString()));
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> decimal();
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default -> throw malformed("not JSON", here());
    };
  }

  private void requireSmall() {
    if (++tokens > MAX_TOKENS) {
      throw limits(here());
    }
    if (isTooLong()) {
      throw tooLong(here());
    }
  }

  /** Whether the value that is being read is longer than it may be. */
  boolean isTooLong() {
    return maxChars < Long.MAX_VALUE && parser.currentLocation().getCharOffset() - begin > maxChars;
  }

  ProblemException tooLong(TokenStreamLocation at) {
    return located(
            Problem.PAYLOAD_TOO_LARGE,
            "a value of more than %d characters (warren.max-message-bytes)".formatted(maxChars),
            at.getLineNr(),
            at.getColumnNr())
        .with("maxBytes", maxChars);
  }

  private ObjectNode object() {
    ObjectNode object = NODES.objectNode();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      requireSmall();
      checked(name);
      if (object.has(name)) {
        throw malformed("a key is there twice", here());
      }
      object.set(name, value(parser.nextToken()));
    }
    return object;
  }

  private ArrayNode array() {
    ArrayNode array = NODES.arrayNode();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      array.add(value(token));
    }
    return array;
  }

  private JsonNode integer() {
    return switch (parser.getNumberType()) {
      case INT -> NODES.numberNode(parser.getIntValue());
      case LONG -> NODES.numberNode(parser.getLongValue());
      default -> {
        BigInteger big = parser.getBigIntegerValue();
        yield NODES.numberNode(big);
      }
    };
  }

  /** Written out in full it has at most as many digits as an integer may have. */
  private JsonNode decimal() {
    String text = parser.getString();
    int exponent = Math.max(text.indexOf('e'), text.indexOf('E'));
    if (exponent >= 0 && !text.substring(exponent + 1).matches("[+-]?0*[0-9]{1,3}")) {
      throw limits(here());
    }
    BigDecimal number = new BigDecimal(text);
    int integerDigits = Math.max(1, number.precision() - number.scale());
    if (integerDigits + Math.max(0, number.scale()) > MAX_DIGITS) {
      throw limits(here());
    }
    if (number.signum() == 0 && text.startsWith("-")) {
      return NODES.numberNode(-0.0); // a BigDecimal has no negative zero
    }
    return NODES.numberNode(number);
  }

  private String checked(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw malformed("a NUL character", here());
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw malformed("half of a surrogate pair", here());
        }
        i++;
      }
    }
    return text;
  }

  /** Jackson's own decoder guesses at UTF-16 and UTF-32, and lets overlong forms pass. */
  private static String decode(byte[] text) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer chars = CharBuffer.allocate(text.length);
    CoderResult result = decoder.decode(ByteBuffer.wrap(text), chars, true);
    String decoded = chars.flip().toString();
    if (result.isError()) {
      int line = 1 + (int) decoded.chars().filter(c -> c == '\n').count();
      int column = decoded.length() - decoded.lastIndexOf('\n');
      throw malformed("not UTF-8", line, column);
    }
    return decoded;
  }

  TokenStreamLocation here() {
    return parser.currentTokenLocation();
  }

  static TokenStreamLocation location(JacksonException e) {
    TokenStreamLocation location = e.getLocation();
    return location == null ? TokenStreamLocation.NA : location;
  }

  static ProblemException limits(TokenStreamLocation at) {
    return located(
        Problem.JSON_LIMITS,
        "more than %d levels of nesting, %d tokens, or %d digits of a number"
            .formatted(MAX_DEPTH, MAX_TOKENS, MAX_DIGITS),
        at.getLineNr(),
        at.getColumnNr());
  }

  static ProblemException malformed(String what, TokenStreamLocation at) {
    return malformed(what, at.getLineNr(), at.getColumnNr());
  }

  private static ProblemException malformed(String what, int line, int column) {
    return located(Problem.MALFORMED_JSON, what, line, column);
  }

  private static ProblemException located(Problem problem, String what, int line, int column) {
    return new ProblemException(problem, "%s, at line %d, column %d".formatted(what, line, column))
        .with("line", line)
        .with("column", column);
  }
}
