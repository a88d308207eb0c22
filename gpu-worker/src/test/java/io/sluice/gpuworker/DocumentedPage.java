package io.sluice.gpuworker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of this module's documentation that is written from the code.
 *
 * @param file its name, in the module's folder
 * @param content what it should say now
 */
public record DocumentedPage(String file, String content) {
  private static final String RENEW = "sluice.renew";

  /** What goes under a page's title, so that nobody edits it. */
  public static String madeBy(Class<?> test) {
    return "Written from the code; to renew it: `%s`\n".formatted(command(test));
  }

  /** Fails when the page does not say this; or writes it, where the command asked for that. */
  public void check(Class<?> test) throws IOException {
    Path page = Path.of(file);
    if (Boolean.getBoolean(RENEW)) {
      Files.writeString(page, content);
    }
    assertThat(Files.exists(page) ? Files.readString(page) : "")
        .as("gpu-worker/%s is stale; renew it: %s", file, command(test))
        .isEqualTo(content);
  }

  private static String command(Class<?> test) {
    return "mvn -q test -pl gpu-worker -am -Dtest=%s -Dsurefire.failIfNoSpecifiedTests=false -D%s=true"
        .formatted(test.getSimpleName(), RENEW);
  }
}
