package dev.warren.producer.api;

import dev.warren.WarrenSettings;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.BooleanSchema;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.NumberSchema;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import java.math.BigDecimal;
import java.util.Arrays;

/** Values that the API reads by itself, so that no class of Java tells their form. */
final class OpenApiSchemas {

  static final String PROBLEM = "Problem";
  static final String NEW_TASK = "NewTask";
  static final String NEW_GROUP = "NewGroup";
  static final String ITEM = "Item";

  private static final String OPTIONS = "NewTaskOptions";
  private static final String SECONDS_OR_MOMENT = "seconds from now, or a moment with an offset";

  private OpenApiSchemas() {}

  static void addTo(Components components, WarrenSettings settings) {
    components
        .addSchemas(PROBLEM, problem())
        .addSchemas(NEW_TASK, newTask(settings))
        .addSchemas(NEW_GROUP, newGroup(settings))
        .addSchemas(OPTIONS, options())
        .addSchemas(ITEM, item());
    components.getSchemas().remove("SseEmitter"); // found in a signature; nobody sends one
    Schema<?> task = components.getSchemas().get(TaskView.class.getSimpleName());
    if (task != null) { // Java holds it as text
      task.addProperty("result", any().description("there only if the task has succeeded"));
    }
  }

  static Schema<?> ref(String name) {
    return new Schema<>().$ref(name);
  }

  static Schema<?> listOf(String name) {
    return new ArraySchema().items(ref(name));
  }

  private static Schema<?> any() {
    return new Schema<>();
  }

  private static Schema<?> newTask(WarrenSettings settings) {
    return new ObjectSchema()
        .addProperty("task", name())
        .addProperty("args", new ArraySchema().items(any()).description("positional arguments"))
        .addProperty(
            "kwargs",
            new ObjectSchema().additionalProperties(true).description("keyword arguments"))
        .addProperty("queue", queue(settings))
        .addProperty("options", ref(OPTIONS))
        .addRequiredItem("task")
        .additionalProperties(false);
  }

  private static Schema<?> newGroup(WarrenSettings settings) {
    return new ObjectSchema()
        .description("as JSON with items as the last field; or without items, and each in a line")
        .addProperty("task", name())
        .addProperty("queue", queue(settings))
        .addProperty(
            "star",
            new BooleanSchema()
                .description("true: each item is a list of arguments. Default: false"))
        .addProperty(
            "chunkSize",
            integer(1, GroupReader.MAX_CHUNK)
                .description("items in one message. Default: " + GroupReader.DEFAULT_CHUNK))
        .addProperty("options", ref(OPTIONS))
        .addProperty("items", new ArraySchema().items(any()).maxItems(GroupReader.MAX_ITEMS))
        .addRequiredItem("task")
        .additionalProperties(false);
  }

  private static Schema<?> options() {
    return new ObjectSchema()
        .addProperty("priority", integer(0, 255))
        .addProperty(
            "countdown",
            new NumberSchema()
                .minimum(BigDecimal.ZERO)
                .description("seconds that it must not start before; not together with eta"))
        .addProperty(
            "eta",
            new StringSchema()
                .format("date-time")
                .description("moment that it must not start before"))
        .addProperty(
            "expires",
            new Schema<>()
                .addOneOfItem(new NumberSchema())
                .addOneOfItem(new StringSchema().format("date-time"))
                .description(SECONDS_OR_MOMENT + ", after which it does not start"))
        .addProperty(
            "softTimeLimit",
            new NumberSchema()
                .description("seconds that one attempt may take before it is interrupted"))
        .addProperty(
            "timeLimit", new NumberSchema().description("seconds that one attempt may take"))
        .addProperty(
            "maxRetries", integer(0, 100).description("how often it may fail and run again"))
        .additionalProperties(false);
  }

  private static Schema<?> item() {
    return new ObjectSchema()
        .addProperty("index", integer(0, GroupReader.MAX_ITEMS - 1))
        .addProperty("state", words("PENDING", "SUCCEEDED", "FAILED", "REVOKED", "EXPIRED"))
        .addProperty("result", any().description("there only if it has succeeded"))
        .addProperty("error", ref(TaskView.ErrorView.class.getSimpleName()))
        .addRequiredItem("index")
        .addRequiredItem("state");
  }

  /** What all problems have; each may have more members. */
  private static Schema<?> problem() {
    return new ObjectSchema()
        .description("RFC 9457: Problem Details for HTTP APIs")
        .addProperty(
            "type",
            words(Arrays.stream(Problem.values()).map(Problem::type).toArray(String[]::new))
                .description("which kind of problem; decide by this, it never changes"))
        .addProperty("title", new StringSchema())
        .addProperty("status", new IntegerSchema())
        .addProperty("detail", new StringSchema().description("what is wrong this time"))
        .addRequiredItem("type")
        .addRequiredItem("title")
        .addRequiredItem("status")
        .additionalProperties(true);
  }

  private static Schema<?> name() {
    return new StringSchema().pattern(TaskReader.NAME.pattern()).example("text.word_count");
  }

  private static Schema<?> queue(WarrenSettings settings) {
    return words(settings.queues().keySet().toArray(new String[0]))
        .description("Default: " + settings.defaultQueue());
  }

  private static Schema<?> integer(int least, int most) {
    return new IntegerSchema().minimum(BigDecimal.valueOf(least)).maximum(BigDecimal.valueOf(most));
  }

  private static Schema<?> words(String... words) {
    StringSchema schema = new StringSchema();
    Arrays.stream(words).forEach(schema::addEnumItem);
    return schema;
  }
}
