package io.sluice.streams.api;

import io.javalin.http.HttpStatus;

/**
 * Makes a request fail with an HTTP status. The message is the reason in the response: it says what
 * is wrong and what the client can do.
 */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient HttpStatus status;

  ApiException(HttpStatus status, String reason) {
    super(reason);
    this.status = status;
  }

  /** Status 404: what the path names does not exist. */
  static ApiException notFound(String reason) {
    return new ApiException(HttpStatus.NOT_FOUND, reason);
  }

  /** Status 400: the request is wrong, and sending it again does not help. */
  static ApiException badRequest(String reason) {
    return new ApiException(HttpStatus.BAD_REQUEST, reason);
  }

  /** Status 503: the request cannot be served at the moment, but may succeed a little later. */
  static ApiException unavailable(String reason) {
    return new ApiException(HttpStatus.SERVICE_UNAVAILABLE, reason);
  }

  HttpStatus status() {
    return status;
  }
}
