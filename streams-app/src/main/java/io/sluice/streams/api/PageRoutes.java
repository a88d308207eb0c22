package io.sluice.streams.api;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.sluice.streams.api.page.PageFile;
import io.sluice.streams.api.page.PageFiles;

/**
 * Serves the page. Its policy allows nothing but its own files and this API: no inline code, no
 * other host, no frame. Browsers ask each time whether a file has changed, so that page and API are
 * always of the same release.
 */
final class PageRoutes {
  /** What browsers let the page do. */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final PageFiles files = PageFiles.load();

  /** Handles {@code GET /}. */
  void index(Context request) {
    respond(request, PageFiles.INDEX);
  }

  /** Handles {@code GET /assets/{name}}. */
  void asset(Context request) {
    respond(request, request.pathParam("name"));
  }

  private void respond(Context request, String name) {
    PageFile file =
        files.find(name).orElseThrow(() -> ApiException.notFound("the page has no such file"));
    request.header("Content-Security-Policy", POLICY);
    request.header("Referrer-Policy", "no-referrer");
    request.header("Cache-Control", "no-cache");
    request.header("ETag", file.tag());
    if (file.tag().equals(request.header("If-None-Match"))) {
      request.status(HttpStatus.NOT_MODIFIED);
    } else {
      request.contentType(file.type()).result(file.content());
    }
  }
}
