package io.sluice.streams.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.types.Password;

/**
 * Decides who may do what, before a request is looked at.
 *
 * <p>A page of another origin must neither read nor write through the browser of somebody who can
 * reach the API: no answer allows other origins (no CORS), a write that names another origin is
 * refused, as is one of a content type that a plain form can send; and an API on loopback answers
 * only to the names of loopback, so that a name that was made to lead there (DNS rebinding) gets
 * nothing.
 */
final class Guard {
  private static final Set<HandlerType> READS =
      Set.of(HandlerType.GET, HandlerType.HEAD, HandlerType.OPTIONS);

  private static final String BEARER = "Bearer ";

  private final Optional<byte[]> token;
  private final boolean onLoopback;

  /**
   * A guard of one API.
   *
   * @param token what a request that writes must show, if anything
   * @param bound the address that the API is bound to
   */
  Guard(Optional<Password> token, InetAddress bound) {
    this.token = token.map(secret -> secret.value().getBytes(StandardCharsets.UTF_8));
    this.onLoopback = bound.isLoopbackAddress();
  }

  /**
   * Lets a request pass or not.
   *
   * @throws ApiException when it may not go on
   */
  void check(Context request) {
    if (onLoopback && !isLoopbackName(hostOf(request.header("Host")))) {
      throw new ApiException(
          HttpStatus.MISDIRECTED_REQUEST,
          "this API is on loopback: ask for it as 127.0.0.1 or localhost");
    }
    if (!READS.contains(request.method())) {
      requireSameOrigin(request);
      requireToken(request);
    }
  }

  /**
   * Makes sure that a body is what it is taken for.
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

  private static void requireSameOrigin(Context request) {
    String origin = request.header("Origin");
    if (origin == null) {
      return;
    }
    String host = Optional.ofNullable(request.header("Host")).orElse("");
    if (!origin.equals("http://" + host) && !origin.equals("https://" + host)) {
      throw new ApiException(
          HttpStatus.FORBIDDEN, "pages of other origins may not write: send no Origin header");
    }
  }

  private void requireToken(Context request) {
    if (token.isEmpty()) {
      return;
    }
    String given = Optional.ofNullable(request.header("Authorization")).orElse("");
    boolean right =
        given.startsWith(BEARER)
            && MessageDigest.isEqual(
                token.get(), given.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8));
    if (!right) {
      throw new ApiException(
          HttpStatus.UNAUTHORIZED,
          "send the header Authorization: Bearer TOKEN with the token of this streams-app"
              + " (http.token)");
    }
  }

  private static String hostOf(String header) {
    try {
      String host = URI.create("http://" + Optional.ofNullable(header).orElse("")).getHost();
      return Optional.ofNullable(host).orElse("");
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /** Only written addresses are looked at: no name is resolved. */
  private static boolean isLoopbackName(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
  }
}
