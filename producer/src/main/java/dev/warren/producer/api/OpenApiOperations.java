package dev.warren.producer.api;

import dev.warren.producer.security.AccessRules;
import dev.warren.producer.security.Scope;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.parameters.QueryParameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.springframework.http.HttpMethod;
import org.springframework.util.StringUtils;

/**
 * Tells of the operations in the API's document what the controllers do not: what they are for, and
 * what they read by themselves. A test compares it with what they do.
 */
final class OpenApiOperations {

  private static final String API = "/api/v1/";
  private static final String TASKS = TaskController.PATH;
  private static final String TASK = TASKS + "/{id}";
  private static final String GROUPS = GroupController.PATH;
  private static final String GROUP = GROUPS + "/{id}";
  private static final String QUEUES = QueueController.PATH;
  private static final String QUARANTINE = QUEUES + "/{name}/quarantine";
  private static final String MESSAGE = QUARANTINE + "/{key}";

  private static final String JSON = org.springframework.http.MediaType.APPLICATION_JSON_VALUE;
  private static final String LINES = org.springframework.http.MediaType.APPLICATION_NDJSON_VALUE;
  private static final String EVENTS = org.springframework.http.MediaType.TEXT_EVENT_STREAM_VALUE;

  private static final Map<String, Consumer<Operation>> ALL = new TreeMap<>();

  static {
    tasks();
    groups();
    queues();
  }

  private OpenApiOperations() {}

  private static void tasks() {
    tell(
        "POST",
        TASKS,
        "Submit a task",
        it -> {
          body(it, OpenApiSchemas.NEW_TASK, JSON);
          idempotencyKey(it);
          submits(it);
        });
    tell(
        "GET",
        TASKS,
        "List tasks, the newest first, without their results",
        it -> {
          query(it, "state", "one or more, with commas between them, or several times");
          query(it, "task", "the task's name");
          query(it, "queue", "the queue's name");
          query(it, "group", "the id of the group that they are parts of");
          page(it);
        });
    tell("GET", TASK, "Ask for a task, at once or when it has finished", OpenApiOperations::wait);
    tell("DELETE", TASK, "Cancel a task", OpenApiOperations::cancels);
    tell("POST", TASK + "/cancel", "Cancel a task", OpenApiOperations::cancels);
    tell(
        "POST",
        TASK + "/retry",
        "Submit a finished task once more, as a new one",
        it -> {
          idempotencyKey(it);
          submits(it);
        });
    tell("GET", TASK + "/attempts", "List a task's executions", it -> {});
    tell(
        "GET",
        TASK + "/events",
        "Follow a task: an event 'task' for each change",
        it -> answer(it, EVENTS, new StringSchema()));
  }

  private static void groups() {
    tell(
        "POST",
        GROUPS,
        "Submit a group: one task for many items",
        it -> {
          body(it, OpenApiSchemas.NEW_GROUP, JSON, LINES);
          idempotencyKey(it);
          submits(it);
        });
    tell("GET", GROUPS, "List groups, the newest first", OpenApiOperations::page);
    tell("GET", GROUP, "Ask for a group, at once or when it has finished", OpenApiOperations::wait);
    tell("DELETE", GROUP, "Cancel a group", OpenApiOperations::cancels);
    tell("POST", GROUP + "/cancel", "Cancel a group", OpenApiOperations::cancels);
    tell(
        "GET",
        GROUP + "/results",
        "Read the results in the order of the items",
        it -> {
          query(it, "from", "the index of the first item. Default: 0");
          query(it, "limit", "JSON only: how many at most. Default: 100");
          query(it, "wait", "NDJSON only: how long to wait for the next result, as 10s");
          answer(it, JSON, OpenApiSchemas.listOf(OpenApiSchemas.ITEM));
          answer(it, LINES, OpenApiSchemas.ref(OpenApiSchemas.ITEM));
        });
    tell(
        "GET",
        GROUP + "/events",
        "Follow a group: an event 'group' for its progress",
        it -> answer(it, EVENTS, new StringSchema()));
  }

  private static void queues() {
    tell("GET", QUEUES, "List the queues", it -> {});
    tell("GET", QUEUES + "/{name}", "Ask for a queue", it -> {});
    tell(
        "GET",
        QUARANTINE,
        "List messages in quarantine",
        it -> query(it, "limit", "how many at most. Default: 100"));
    tell(
        "DELETE",
        QUARANTINE,
        "Drop messages from quarantine",
        it -> query(it, "limit", "how many at most"));
    tell(
        "POST",
        QUARANTINE + "/requeue",
        "Give messages in quarantine back to workers",
        it -> query(it, "limit", "how many at most"));
    tell("GET", MESSAGE, "Look at a message in quarantine", it -> {});
    tell("DELETE", MESSAGE, "Drop a message from quarantine", it -> {});
    tell("POST", MESSAGE + "/requeue", "Give a message in quarantine back to workers", it -> {});
  }

  /** Adds to an operation what is told of it here, and the scope that it needs. */
  static void describe(PathItem.HttpMethod method, String path, Operation operation) {
    ALL.getOrDefault(method + " " + path, it -> {}).accept(operation);
    List<String> scopes =
        AccessRules.scope(HttpMethod.valueOf(method.name()), path).stream()
            .map(Scope::toString)
            .toList();
    operation
        .addSecurityItem(new SecurityRequirement().addList(OpenApiConfiguration.BEARER, scopes))
        .addSecurityItem(new SecurityRequirement().addList(OpenApiConfiguration.HEADER, scopes));
  }

  private static void tell(String method, String path, String summary, Consumer<Operation> more) {
    ALL.put(
        method + " " + path,
        operation -> more.accept(named(operation, id(method, path), path, summary)));
  }

  /** Its group is the word behind {@code /api/v1}; a generated client calls it by its id. */
  private static Operation named(Operation operation, String id, String path, String summary) {
    return operation.operationId(id).summary(summary).tags(List.of(path.split("/")[3]));
  }

  /** {@code postTasksByIdCancel}. */
  private static String id(String method, String path) {
    StringBuilder id = new StringBuilder(method.toLowerCase(Locale.ROOT));
    for (String word : path.substring(API.length()).replace("{", "by/").split("[/}]+")) {
      id.append(StringUtils.capitalize(word));
    }
    return id.toString();
  }

  private static void query(Operation operation, String name, String description) {
    operation.addParametersItem(
        new QueryParameter().name(name).schema(new StringSchema()).description(description));
  }

  private static void wait(Operation operation) {
    query(operation, "wait", "how long to wait for its end: as 10, 10s or 500ms");
  }

  private static void page(Operation operation) {
    query(operation, "limit", "how many at most, 1 to 1000. Default: 100");
    query(operation, "cursor", "'next' of the page before");
  }

  private static void idempotencyKey(Operation operation) {
    operation.addParametersItem(
        new HeaderParameter()
            .name(IdempotencyKey.HEADER)
            .schema(new StringSchema().maxLength(255))
            .description("makes it safe to repeat the request: one key, one task"));
  }

  private static void body(Operation operation, String schema, String... types) {
    Content content = new Content();
    for (String type : types) {
      content.addMediaType(type, new MediaType().schema(OpenApiSchemas.ref(schema)));
    }
    operation.requestBody(new RequestBody().required(true).content(content));
  }

  private static void submits(Operation operation) {
    ApiResponse accepted = operation.getResponses().remove("200");
    accepted
        .description("It is stored, and will run")
        .addHeaderObject("Location", header("where to ask for it"))
        .addHeaderObject(SubmitController.REPLAYED, header("true: an earlier request did it"));
    operation.getResponses().addApiResponse("202", accepted);
  }

  private static void cancels(Operation operation) {
    ApiResponse before = operation.getResponses().get("200");
    before.description("It was cancelled before");
    operation
        .getResponses()
        .addApiResponse(
            "202", new ApiResponse().description("It is cancelled").content(before.getContent()));
  }

  private static void answer(Operation operation, String type, Schema<?> schema) {
    ApiResponse ok = operation.getResponses().get("200");
    if (ok.getContent() == null) {
      ok.setContent(new Content());
    }
    ok.getContent().addMediaType(type, new MediaType().schema(schema));
  }

  private static Header header(String description) {
    return new Header().description(description).schema(new StringSchema());
  }
}
