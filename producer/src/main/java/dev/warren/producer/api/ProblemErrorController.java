package dev.warren.producer.api;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Answers what went wrong outside of the controllers, in a filter for instance. Stands in for
 * Spring Boot's, whose body is not a problem document.
 */
@RestController
@Hidden
final class ProblemErrorController implements ErrorController {

  @RequestMapping("${spring.web.error.path:/error}")
  ResponseEntity<Map<String, Object>> error(HttpServletRequest request) {
    Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    if (!(status instanceof Integer code)) {
      return ProblemAdvice.ofStatus(404, HttpHeaders.EMPTY); // somebody asked for this very path
    }
    if (code == 500
        && request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable failure) {
      return ProblemAdvice.internal(failure).response();
    }
    return ProblemAdvice.ofStatus(code, HttpHeaders.EMPTY);
  }
}
