package io.sluice.streams.api.page;

import io.sluice.schemas.hash.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All files of the page. The resource {@code files.txt} lists their names, one a line: nothing else
 * can be asked for, whatever a path looks like. Immutable.
 */
public final class PageFiles {
  /** The file that is the page itself. */
  public static final String INDEX = "index.html";

  private static final String LIST = "files.txt";
  private static final int TAG_DIGITS = 32;

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "mjs", "text/javascript; charset=utf-8",
          "json", "application/json",
          "webmanifest", "application/manifest+json",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "woff2", "font/woff2");

  private final Map<String, PageFile> byName;

  private PageFiles(Map<String, PageFile> byName) {
    this.byName = Map.copyOf(byName);
  }

  /**
   * Loads all files.
   *
   * @throws IllegalStateException when a listed file is missing or its ending has no content type,
   *     which is a defect of the build
   */
  public static PageFiles load() {
    Map<String, PageFile> files = new HashMap<>();
    for (String name : names()) {
      byte[] content = read(name);
      files.put(
          name,
          new PageFile(
              content,
              type(name),
              "\"" + new Sha256().add(content).hex().substring(0, TAG_DIGITS) + "\""));
    }
    return new PageFiles(files);
  }

  /** The file of this name; empty when there is none. */
  public Optional<PageFile> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  private static List<String> names() {
    return new String(read(LIST), StandardCharsets.UTF_8)
        .lines()
        .map(String::trim)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static String type(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return Optional.ofNullable(TYPES.get(ending))
        .orElseThrow(
            () -> new IllegalStateException("the file " + name + " of the page has no known type"));
  }

  private static byte[] read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the file " + name + " of the page is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
