package dev.warren.producer.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpMethod;

class AccessRulesTest {

  @ParameterizedTest
  @CsvSource({
    "POST, /api/v1/tasks, submit",
    "GET, /api/v1/tasks, read",
    "HEAD, /api/v1/tasks, read",
    "GET, /api/v1/tasks/1/events, read",
    "POST, /api/v1/tasks/1/retry, submit",
    "POST, /api/v1/tasks/1/cancel, cancel",
    "DELETE, /api/v1/tasks/1, cancel",
    "POST, /api/v1/groups, submit",
    "GET, /api/v1/groups/1/results, read",
    "POST, /api/v1/groups/1/cancel, cancel",
    "DELETE, /api/v1/groups/1, cancel",
    "GET, /api/v1/queues, read",
    "GET, /api/v1/queues/tasks, read",
    "GET, /api/v1/queues/tasks/quarantine, admin",
    "DELETE, /api/v1/queues/tasks/quarantine, admin",
    "GET, /api/v1/queues/tasks/quarantine/1, admin",
    "POST, /api/v1/queues/tasks/quarantine/1/requeue, admin",
    "DELETE, /api/v1/queues/tasks/quarantine/1, admin"
  })
  void eachOperationNeedsAScope(String method, String path, String scope) {
    assertThat(AccessRules.scope(HttpMethod.valueOf(method), path))
        .map(Scope::toString)
        .contains(scope);
  }

  @Test
  void whatIsNoOperationNeedsNoScope() {
    assertThat(AccessRules.scope(HttpMethod.POST, "/api/v1/queues/tasks")).isEmpty();
    assertThat(AccessRules.scope(HttpMethod.GET, "/")).isEmpty();
  }
}
