package io.sluice.streams.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.sluice.schemas.validation.ForeignText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.types.Password;

/**
 * Checks every request before it is handled.
 *
 * <p>Web pages of other origins must neither read nor write through the browser of a person who can
 * reach the API. Therefore no response allows other origins (there are no CORS headers); a write
 * from another origin is rejected, and so is a body with a content type that an HTML form can send;
 * and a request whose Host header is not one of the {@link AllowedHosts} is rejected, so that a
 * page whose name resolves to this machine (DNS rebinding) gets nothing.
 */
final class Guard {
  private static final Set<HandlerType> READS =
      Set.of(HandlerType.GET, HandlerType.HEAD, HandlerType.OPTIONS);

  private static final String BEARER = "Bearer ";

  private final Optional<byte[]> token;
  private final AllowedHosts hosts;

  /**
   * Creates the guard of one API.
   *
   * @param token the bearer token that requests must carry to write; empty when none is required
   * @param hosts the names under which the API is served
   */
  Guard(Optional<Password> token, AllowedHosts hosts) {
    this.token = token.map(secret -> secret.value().getBytes(StandardCharsets.UTF_8));
    this.hosts = hosts;
  }

  /**
   * Checks a request.
   *
   * @throws ApiException when the request is rejected
   */
  void check(Context request) {
    requireAllowedHost(request);
    if (!READS.contains(request.method())) {
      requireSameOrigin(request);
      if (!Checks.isCheck(request)) {
        requireToken(request);
      }
    }
  }

  /**
   * Requires the body of a request to have one of the given content types.
   *
   * @param types media types without parameters
   * @throws ApiException when its content type is none of these
   */
  static void requireContentType(Context request, List<String> types) {
    String given = Optional.ofNullable(request.contentType()).orElse("");
    String type = given.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    if (!types.contains(type)) {
      throw new ApiException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "send the header Content-Type: " + String.join(" or ", types));
    }
  }

  /**
   * Requires the body of a request to have one of the given content encodings, or none.
   *
   * @throws ApiException when it has another one, or several
   */
  static void requireContentEncoding(Context request, List<String> encodings) {
    String given = Optional.ofNullable(request.header("Content-Encoding")).orElse("identity");
    if (!encodings.contains(given.trim().toLowerCase(Locale.ROOT))) {
      throw new ApiException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "Content-Encoding: %s is not supported: use %s"
              .formatted(ForeignText.name(given), String.join(" or ", encodings)));
    }
  }

  private void requireAllowedHost(Context request) {
    // No browser leaves the header out, but health checks of HTTP/1.0 do.
    Optional<String> refused =
        Optional.ofNullable(request.header("Host")).filter(host -> !hosts.allow(host));
    if (refused.isPresent()) {
      throw new ApiException(
          HttpStatus.MISDIRECTED_REQUEST,
          "this API is not served under the name %s: use an IP address or localhost in the URL, or add the name to http.allowed.hosts"
              .formatted(ForeignText.name(refused.get())));
    }
  }

  private static void requireSameOrigin(Context request) {
    String origin = request.header("Origin");
    if (origin == null) {
      return;
    }
    String host = Optional.ofNullable(request.header("Host")).orElse("");
    if (!origin.equals("http://" + host) && !origin.equals("https://" + host)) {
      throw new ApiException(
          HttpStatus.FORBIDDEN,
          "pages of other origins may not write: send the request without an Origin header");
    }
  }

  private void requireToken(Context request) {
    if (token.isEmpty()) {
      return;
    }
    String given = Optional.ofNullable(request.header("Authorization")).orElse("");
    boolean matches =
        given.startsWith(BEARER)
            && MessageDigest.isEqual(
                token.get(), given.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8));
    if (!matches) {
      throw new ApiException(
          HttpStatus.UNAUTHORIZED,
          "send the header Authorization: Bearer TOKEN with the token of this streams-app"
              + " (http.token)");
    }
  }
}
