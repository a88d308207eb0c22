package io.sluice.local.page;

import io.sluice.local.kafka.KafkaFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives the tests of a class parameters of the types {@link PageServices} and {@link Browser},
 * which start with the first one that wants them and end after the last test. Where no browser is
 * installed, the class is skipped.
 */
final class PageFixture implements ExecutionCondition, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PageFixture.class);
  private static final int WIDTH = 1200;

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext test) {
    return Browser.isInstalled()
        ? ConditionEvaluationResult.enabled("there is a browser")
        : ConditionEvaluationResult.disabled(Browser.MISSING);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    Class<?> type = parameter.getParameter().getType();
    return type == PageServices.class || type == Browser.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
    ExtensionContext.Store store = test.getStore(NAMESPACE);
    return parameter.getParameter().getType() == Browser.class
        ? store
            .getOrComputeIfAbsent(Browser.class, key -> browser(), RunningBrowser.class)
            .browser()
        : store
            .getOrComputeIfAbsent(PageServices.class, key -> services(test), RunningServices.class)
            .services();
  }

  private static RunningBrowser browser() {
    try {
      Browser browser = Browser.start();
      browser.width(WIDTH);
      return new RunningBrowser(browser);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RunningServices services(ExtensionContext test) {
    try {
      Path directory = Files.createTempDirectory("sluice-page");
      return new RunningServices(new PageServices(KafkaFixture.topics(test), directory), directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private record RunningBrowser(Browser browser) implements AutoCloseable {
    @Override
    public void close() {
      browser.close();
    }
  }

  private record RunningServices(PageServices services, Path directory) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      services.close();
      Utils.delete(directory.toFile());
    }
  }
}
