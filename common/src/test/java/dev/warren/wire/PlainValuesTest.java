package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

class PlainValuesTest {

  private static final Map<String, Class<?>> TYPES =
      Map.of(
          "int", int.class,
          "Integer", Integer.class,
          "Long", Long.class,
          "long", long.class,
          "String", String.class,
          "Double", Double.class,
          "Object", Object.class);

  private final JsonMapper mapper = new WireFormat(10_000).mapper();
  private final PlainValues plain = new PlainValues(mapper);

  @ParameterizedTest
  @CsvSource({
    "7, int",
    "-2147483648, Integer",
    "7, Long",
    "7, long",
    "'\"a\"', String",
  })
  void aPlainValueIsWhatTheMapperMakesOfIt(String json, String type) {
    Object read = read(json, type(type));

    assertThat(read).isNotNull().isEqualTo(mapped(json, type(type)));
  }

  @ParameterizedTest
  @CsvSource({"'[1, 2, 3]', Integer", "'[1, 2]', Long", "'[\"a\", \"\"]', String", "'[]', Integer"})
  void soIsAListOfThem(String json, String type) {
    Object read = read(json, listOf(type));

    assertThat(read).isNotNull().isEqualTo(mapped(json, listOf(type)));
  }

  @ParameterizedTest
  @CsvSource({
    "2147483648, Integer",
    "2147483648, Long",
    "7, Double",
    "7.0, Integer",
    "7, String",
    "'\"7\"', Integer",
    "null, Integer",
    "7, Object",
    "'[7]', Integer",
  })
  void allElseIsLeftToTheMapper(String json, String type) {
    assertThat(read(json, type(type))).isNull();
  }

  @ParameterizedTest
  @CsvSource({"'[1, null]', Integer", "'[1, 2.5]', Long", "'[[1]]', Integer", "'[\"a\"]', Integer"})
  void soIsAListWithAnythingElseInIt(String json, String type) {
    assertThat(read(json, listOf(type))).isNull();
  }

  @Test
  void soIsACollectionThatIsNoList() {
    JavaType set = mapper.getTypeFactory().constructCollectionType(Set.class, Integer.class);

    assertThat(read("[1, 1]", set)).isNull();
  }

  @Test
  void soIsEverythingWhereAModuleWasFound() {
    JsonMapper with = JsonMapper.builder().addModule(new Doubling()).build();
    JavaType list = with.getTypeFactory().constructCollectionType(List.class, Integer.class);

    assertThat(new PlainValues(with).read(with.readTree("[7]"), list)).isNull();
  }

  /** A user's module with a mind of its own. */
  private static final class Doubling extends SimpleModule {
    private static final long serialVersionUID = 1L;

    Doubling() {
      addDeserializer(
          Integer.class,
          new ValueDeserializer<Integer>() {
            @Override
            public Integer deserialize(JsonParser parser, DeserializationContext context)
                throws JacksonException {
              return 2 * parser.getIntValue();
            }
          });
    }
  }

  private @Nullable Object read(String json, JavaType type) {
    return plain.read(mapper.readTree(json), type);
  }

  private @Nullable Object mapped(String json, JavaType type) {
    return mapper.readValue(json, type);
  }

  private JavaType type(String name) {
    return mapper.constructType(TYPES.get(name));
  }

  private JavaType listOf(String name) {
    return mapper.getTypeFactory().constructCollectionType(List.class, TYPES.get(name));
  }
}
