package io.sluice.streams.api;

import io.javalin.http.HttpStatus;

/** A request that is answered with an error: its message says what to do. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient HttpStatus status;

  ApiException(HttpStatus status, String reason) {
    super(reason);
    this.status = status;
  }

  /** What is asked for is not there. */
  static ApiException notFound(String reason) {
    return new ApiException(HttpStatus.NOT_FOUND, reason);
  }

  /** The request cannot be used as it is. */
  static ApiException badRequest(String reason) {
    return new ApiException(HttpStatus.BAD_REQUEST, reason);
  }

  /** Cannot be answered now, but soon. */
  static ApiException unavailable(String reason) {
    return new ApiException(HttpStatus.SERVICE_UNAVAILABLE, reason);
  }

  HttpStatus status() {
    return status;
  }
}
