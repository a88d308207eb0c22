package io.sluice.schemas.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of the documentation, or another file, that is generated from the code. A test compares it
 * with the code.
 *
 * @param file the file's path, relative to the folder of the module whose test this is
 * @param content what the file should contain now
 */
public record DocumentedPage(String file, String content) {
  private static final String RENEW = "sluice.renew";

  /** The line under a page's title that says how to renew the page, so that nobody edits it. */
  public static String howToRenew(Class<?> test) {
    return "This page is generated from the code. To regenerate it, run: `%s`\n"
        .formatted(command(test));
  }

  /** The first lines of a generated YAML file: a comment that says how to regenerate the file. */
  public static String howToRenewYaml(Class<?> test) {
    return """
        # This file is generated from the code: do not edit it. To regenerate it, run:
        #   %s
        """
        .formatted(command(test));
  }

  /**
   * Fails when the page differs from the content, or writes the page where the system property
   * {@code sluice.renew} is true.
   *
   * @param test the test that calls this, which the failure names as the one that renews the page
   */
  public void check(Class<?> test) throws IOException {
    Path page = Path.of(file);
    if (Boolean.getBoolean(RENEW)) {
      Files.writeString(page, content);
    }
    assertThat(Files.exists(page) ? Files.readString(page) : "")
        .as("%s is stale; renew it: %s", page.getFileName(), command(test))
        .isEqualTo(content);
  }

  private static String command(Class<?> test) {
    return "mvn -q test -pl %s -am -Dtest=%s -Dsurefire.failIfNoSpecifiedTests=false -D%s=true"
        .formatted(module(), test.getSimpleName(), RENEW);
  }

  /** Surefire runs the tests of a module in its folder, which is inside that of the whole build. */
  private static String module() {
    Path module = Path.of("").toAbsolutePath();
    Path build = module.getParent();
    while (!Files.exists(build.resolve("pom.xml"))) {
      build = build.getParent();
    }
    return build.relativize(module).toString();
  }
}
