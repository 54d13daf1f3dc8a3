package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.api.Http.Answer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springdoc.core.service.OpenAPIService;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** The API's document tells what the API does. */
@ApiTest
class OpenApiTest {

  private static final String DOCUMENT = "/api/v1/openapi";

  /** It is made when it is asked for; then it is kept. */
  private static final Duration FIRST_TIME = Duration.ofSeconds(50);

  private static final Pattern KNOWN =
      Pattern.compile("a parameter that is not known; (?:none is|known are: (.*))");
  private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"]*)\"");

  private final Http http;
  private final RequestMappingHandlerMapping mappings;
  private final OpenAPIService service;

  @Autowired
  OpenApiTest(
      @LocalServerPort int port,
      @Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping mappings,
      OpenAPIService service) {
    this.service = service;
    this.http = new Http(port);
    this.mappings = mappings;
  }

  /** One that the document tells of. */
  private record Operation(String method, String path, JsonNode node) {

    @Override
    public String toString() {
      return method + " " + path;
    }

    /** A request that finds it. */
    String somePath() {
      return path.replace("{id}", "00000000-0000-0000-0000-000000000000")
          .replace("{name}", "tasks")
          .replace("{key}", "0".repeat(64));
    }

    Set<String> parameters(String in) {
      Set<String> names = new TreeSet<>();
      for (JsonNode parameter : node.path("parameters")) {
        if (parameter.path("in").asString().equals(in)) {
          names.add(parameter.path("name").asString());
        }
      }
      return names;
    }

    List<String> contentTypes() {
      return List.copyOf(node.path("responses").path("200").path("content").propertyNames());
    }
  }

  @Test
  void itListsAllThatTheProducerAnswersAndNothingElse() throws Exception {
    Set<String> answered = new TreeSet<>();
    mappings
        .getHandlerMethods()
        .forEach(
            (info, handler) -> {
              boolean isOurs = handler.getBeanType().getPackageName().startsWith("dev.warren");
              if (isOurs && handler.getBeanType() != ProblemErrorController.class) {
                info.getMethodsCondition()
                    .getMethods()
                    .forEach(m -> info.getPatternValues().forEach(p -> answered.add(m + " " + p)));
              }
            });

    assertThat(operations()).extracting(Operation::toString).hasSizeGreaterThan(20);
    assertThat(operations())
        .extracting(Operation::toString)
        .containsExactlyInAnyOrderElementsOf(answered);
  }

  @Test
  void eachOperationHasANameASummaryAndAScope() throws Exception {
    Set<String> ids = new TreeSet<>();
    for (Operation operation : operations()) {
      assertThat(operation.node.path("summary").asString("")).as("%s", operation).isNotEmpty();
      assertThat(operation.node.path("security").path(0).path("bearer").size())
          .as("scopes of %s", operation)
          .isEqualTo(1);
      assertThat(ids.add(operation.node.path("operationId").asString())).isTrue();
    }
    assertThat(ids).contains("postTasks", "getTasksById", "postTasksByIdCancel");
  }

  @Test
  void eachOperationTellsItsProblemsAndTheirForm() throws Exception {
    for (Operation operation : operations()) {
      JsonNode responses = operation.node.path("responses");
      assertThat(responses.propertyNames())
          .as("%s", operation)
          .contains("401", "403", "422", "429", "500", "503");
      for (String status : responses.propertyNames()) {
        if (status.compareTo("400") >= 0) {
          JsonNode content = responses.path(status).path("content");
          assertThat(content.propertyNames()).containsExactly("application/problem+json");
          assertThat(
                  content.path("application/problem+json").path("schema").path("$ref").asString())
              .isEqualTo("#/components/schemas/Problem");
        }
      }
      boolean isOfOne = operation.path.contains("{");
      assertThat(responses.has("404")).as("404 of %s", operation).isEqualTo(isOfOne);
    }
  }

  /** An operation tells whoever sends a parameter that it does not know which ones it does. */
  @Test
  void eachOperationTakesTheParametersThatTheDocumentNames() throws Exception {
    for (Operation operation : operations()) {
      Set<String> known = new TreeSet<>();
      List<String> types = operation.contentTypes();
      for (String type : types.isEmpty() ? List.of("application/json") : types) {
        Answer answer =
            http.send(
                http.request(operation.somePath() + "?no-such-parameter=1")
                    .header("Accept", type)
                    .header("Content-Type", "application/json")
                    .method(operation.method, BodyPublishers.ofString("{}")));
        Matcher detail = KNOWN.matcher(answer.json().path("detail").asString(""));
        assertThat(detail.find()).as("%s: %s", operation, answer.json()).isTrue();
        if (detail.group(1) != null) {
          known.addAll(Arrays.asList(detail.group(1).split(", ")));
        }
      }
      assertThat(operation.parameters("query")).as("%s", operation).isEqualTo(known);
    }
  }

  @Test
  void aTaskHasTheFieldsThatTheDocumentNames() throws Exception {
    assertThat(fields("NewTask")).isEqualTo(knownFields("/api/v1/tasks", "{\"x\":1}"));
    assertThat(fields("NewTaskOptions"))
        .isEqualTo(knownFields("/api/v1/tasks", "{\"task\":\"t\",\"options\":{\"x\":1}}"));
  }

  @Test
  void aGroupHasTheFieldsThatTheDocumentNames() throws Exception {
    assertThat(fields("NewGroup")).isEqualTo(knownFields("/api/v1/groups", "{\"x\":1}"));
  }

  @Test
  void itNamesEveryKindOfProblem() throws Exception {
    JsonNode types = document().at("/components/schemas/Problem/properties/type/enum");

    assertThat(types.values())
        .extracting(JsonNode::asString)
        .containsExactlyElementsOf(Arrays.stream(Problem.values()).map(Problem::type).toList());
  }

  @Test
  void itIsCalledWarrenAndNamesNoHost() throws Exception {
    assertThat(document().at("/info/title").asString()).isEqualTo("Warren");
    assertThat(document().at("/servers")).hasToString("[{\"url\":\"/\"}]");
  }

  @Test
  void everyReferenceInItLeadsSomewhere() throws Exception {
    JsonNode document = document();
    Matcher references = Pattern.compile("\"#(/[^\"]*)\"").matcher(document.toString());

    while (references.find()) {
      assertThat(document.at(references.group(1)).isMissingNode())
          .as(references.group(1))
          .isFalse();
    }
  }

  @Test
  void thePageThatShowsItLoadsAllItNeedsFromHereAndRunsNoScriptOfItsOwn() throws Exception {
    HttpResponse<String> page = page("/docs");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
    assertThat(page.body()).doesNotContain("<style").doesNotContainPattern("<script>|<script [^s]");

    List<String> references = new ArrayList<>();
    Matcher matcher = REFERENCE.matcher(page.body());
    while (matcher.find()) {
      references.add(matcher.group(1));
    }
    assertThat(references).hasSizeGreaterThan(4);
    for (String reference : references) {
      HttpResponse<String> asset = page(page.uri().resolve(reference).getPath());
      assertThat(asset.statusCode()).as(reference).isEqualTo(200);
      assertThat(asset.body()).isNotEmpty();
    }
  }

  @Test
  void thePageFindsTheDocument() throws Exception {
    String script = page("/swagger-ui/swagger-initializer.js").body();
    assertThat(script).contains("\"configUrl\" : \"/api/v1/openapi/swagger-config\"");

    Answer config = http.get("/api/v1/openapi/swagger-config");
    assertThat(config.json().path("url").asString()).isEqualTo(DOCUMENT);
  }

  /** One for each language that callers ask for would be work and memory without bound. */
  @Test
  void itIsMadeOnce() throws Exception {
    document();
    for (int i = 0; i < 50; i++) {
      http.send(http.request(DOCUMENT).header("Accept-Language", "x-private" + i));
    }

    assertThat(kept()).isEqualTo(1);
  }

  /** How many documents are held. */
  private int kept() {
    Object kept = ReflectionTestUtils.getField(service, "cachedOpenAPI");
    return ((Map<?, ?>) Objects.requireNonNull(kept)).size();
  }

  private HttpResponse<String> page(String path) throws IOException, InterruptedException {
    HttpClient browser =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    HttpRequest request = http.request(path).build();
    return browser.send(request, BodyHandlers.ofString());
  }

  private JsonNode document() throws IOException, InterruptedException {
    Answer answer = http.send(http.request(DOCUMENT).timeout(FIRST_TIME));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("application/json");
    return answer.json();
  }

  private List<Operation> operations() throws IOException, InterruptedException {
    List<Operation> operations = new ArrayList<>();
    document()
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method ->
                            operations.add(
                                new Operation(
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    method.getValue()))));
    return operations;
  }

  private Set<String> fields(String schema) throws IOException, InterruptedException {
    return new TreeSet<>(
        document().at("/components/schemas/" + schema + "/properties").propertyNames());
  }

  /** What the answer to a body with an unknown field calls known. */
  private Set<String> knownFields(String path, String body)
      throws IOException, InterruptedException {
    Answer answer =
        http.send(
            http.request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    String detail = answer.json().path("errors").path(0).path("detail").asString("");
    assertThat(detail).startsWith("is not known; known are ");
    return Arrays.stream(detail.substring("is not known; known are ".length()).split(", "))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
