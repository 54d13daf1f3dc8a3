package dev.warren.it.rest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Speaks HTTP as no client library would. */
final class RawHttp {

  private static final int TIMEOUT = (int) Duration.ofSeconds(60).toMillis();

  private final URI address;

  RawHttp(String address) {
    this.address = URI.create(address);
  }

  /** Writes a request, and reads all that comes until the server closes. */
  String send(String request) {
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(TIMEOUT);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A request without a body, with headers, each of which ends in CR LF. */
  String send(String method, String path, String headers) {
    return send(
        "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n"
            .formatted(method, path, headers));
  }
}
