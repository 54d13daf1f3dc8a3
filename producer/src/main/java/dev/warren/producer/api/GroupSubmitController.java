package dev.warren.producer.api;

import dev.warren.producer.GroupProperties;
import dev.warren.producer.dispatch.GroupUpload;
import dev.warren.producer.dispatch.Groups;
import dev.warren.producer.store.Idempotency;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes groups. A call holds its thread while its body arrives, so few may come at a time; memory
 * stays the same, however long the body is.
 */
@RestController
final class GroupSubmitController {

  private static final byte[] NOTHING = {};

  private final GroupReader reader;
  private final Groups groups;
  private final GroupProperties properties;
  private final Semaphore uploads;

  GroupSubmitController(GroupReader reader, Groups groups, GroupProperties properties) {
    this.reader = reader;
    this.groups = groups;
    this.properties = properties;
    this.uploads = new Semaphore(properties.maxGroupUploads());
  }

  /** How many groups could be posted now. */
  int free() {
    return uploads.availablePermits();
  }

  /** Takes a group: 202 once all of it is stored. Until then nothing of it runs. */
  @PostMapping(
      path = GroupController.PATH,
      consumes = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_NDJSON_VALUE},
      produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<GroupView> submit(HttpServletRequest request) throws IOException {
    Parameters.requireOnly(request);
    IdempotencyKey key = IdempotencyKey.of(request);
    RequestBody.requirePlain(request);
    long maxBytes = properties.maxGroupBytes().toBytes();
    if (request.getContentLengthLong() > maxBytes) {
      throw GroupBody.tooLarge(maxBytes);
    }
    if (!uploads.tryAcquire()) {
      throw new ProblemException(
              Problem.OVERLOADED,
              "%d groups are being posted, as many as may (warren.producer.max-group-uploads)"
                  .formatted(properties.maxGroupUploads()))
          .retryAfter(ProblemAdvice.SOON)
          .closingConnection();
    }
    try {
      return accepted(take(request, key, maxBytes));
    } finally {
      uploads.release();
    }
  }

  private Groups.Taken take(HttpServletRequest request, @Nullable IdempotencyKey key, long maxBytes)
      throws IOException {
    MessageDigest digest = IdempotencyKey.digest(request);
    GroupBody body = new GroupBody(request.getInputStream(), maxBytes, digest, System::nanoTime);
    try (GroupUpload upload = reader.read(body, isLines(request), groups::open)) {
      Idempotency idempotency = key == null ? null : key.of(digest, NOTHING);
      return upload.seal(idempotency);
    }
  }

  private static boolean isLines(HttpServletRequest request) {
    return MediaType.APPLICATION_NDJSON.isCompatibleWith(
        MediaType.parseMediaType(request.getContentType()));
  }

  private static ResponseEntity<GroupView> accepted(Groups.Taken taken) {
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.accepted()
            .location(URI.create(GroupController.PATH + "/" + taken.group().id()));
    if (taken.repeated()) {
      answer.header(SubmitController.REPLAYED, "true");
    }
    return answer.body(GroupView.of(taken.group()));
  }
}
