package io.sluice.local.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class LogConfiguratorTest {
  private final LoggerContext context = new LoggerContext();

  @Test
  void givenNoConfigurationFile_whenLogbackStarts_thenNothingIsLoggedAndNoFileIsSearched() {
    Configurator configurator = new LogConfigurator(ClassLoader.getPlatformClassLoader());

    assertThat(configurator.configure(context))
        .isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
    assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getLevel()).isEqualTo(Level.OFF);
  }

  @Test
  void givenTheConfigurationFileOfTheTests_whenLogbackStarts_thenItTakesPrecedence() {
    Configurator configurator = new LogConfigurator();

    assertThat(configurator.configure(context)).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
  }

  @Test
  void givenTheServicesOfTheJar_whenLogbackSearchesConfigurators_thenItFindsThisOne() {
    assertThat(ServiceLoader.load(Configurator.class))
        .hasAtLeastOneElementOfType(LogConfigurator.class);
  }
}
