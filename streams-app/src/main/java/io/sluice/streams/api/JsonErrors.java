package io.sluice.streams.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Responds to requests that Jetty rejects before they reach a route, in the same form as all other
 * errors.
 */
final class JsonErrors extends ErrorHandler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    boolean busy = status == HttpStatus.SERVICE_UNAVAILABLE_503;
    if (busy) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, ApiServer.RETRY_AFTER_SECONDS);
    }
    String reason =
        busy
            ? "this instance handles as many requests as it can: try again in a moment"
            : HttpStatus.getMessage(status)
                + ": this is not a valid request of HTTP or of this API";
    String text = Json.text(new Json.Failure(status, reason));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Json.TYPE);
    response.write(true, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), callback);
    return true;
  }
}
