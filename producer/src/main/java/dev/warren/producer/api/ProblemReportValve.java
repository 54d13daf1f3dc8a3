package dev.warren.producer.api;

import java.io.IOException;
import java.io.Writer;
import java.util.Map;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers what Tomcat refuses before any application sees it, as {@code GET /%}: with a problem
 * document where Tomcat's own valve writes HTML. Public because Tomcat makes it, by name.
 */
public final class ProblemReportValve extends ErrorReportValve {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String TOO_LARGE =
      StringManager.getManager(Http11InputBuffer.class)
          .getString("iib.requestheadertoolarge.error");

  /** Made by Tomcat. */
  public ProblemReportValve() {
    setShowReport(false);
    setShowServerInfo(false);
  }

  @Override
  protected void report(Request request, Response response, @Nullable Throwable failure) {
    if (response.getStatus() < 400
        || response.getContentWritten() > 0
        || !response.setErrorReported()) {
      return;
    }
    int status = status(request, response, failure);
    response.setStatus(status);
    Map<String, Object> document =
        status == 500
            ? ProblemAdvice.internal(failure).response().getBody()
            : Problem.documentOf(status);
    write(response, document);
  }

  /**
   * Tomcat answers 400 to a request line and to headers beyond {@code
   * max-http-request-header-size}.
   */
  private static int status(Request request, Response response, @Nullable Throwable failure) {
    if (response.getStatus() != 400 || failure == null || !TOO_LARGE.equals(failure.getMessage())) {
      return response.getStatus();
    }
    return request.getCoyoteRequest().requestURI().isNull()
        ? Problem.URI_TOO_LONG.status()
        : Problem.HEADERS_TOO_LARGE.status();
  }

  private void write(Response response, @Nullable Map<String, Object> document) {
    try {
      response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
      response.setCharacterEncoding("UTF-8");
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("X-Content-Type-Options", "nosniff");
      Writer writer = response.getReporter();
      if (writer != null) {
        writer.write(JSON.writeValueAsString(document));
        response.finishResponse();
      }
    } catch (IOException | IllegalStateException e) {
      container.getLogger().debug("the client has gone before the answer", e);
    }
  }
}
