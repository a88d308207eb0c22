package io.sluice.local.cli.process;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Logback's configuration when a command starts: nothing is logged until the command says
 * otherwise, see {@link Logging}. Logback finds this class by {@code ServiceLoader}. It replaces a
 * configuration file, because reading one takes a noticeable part of a client command's time.
 *
 * <p>A file that is given by the system property {@code logback.configurationFile} or is on the
 * class path as {@code logback-test.xml} takes precedence.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  private final ClassLoader resources;

  /** Called by logback. */
  public LogConfigurator() {
    this(LogConfigurator.class.getClassLoader());
  }

  LogConfigurator(ClassLoader resources) {
    this.resources = resources;
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null
        || resources.getResource(ClassicConstants.TEST_AUTOCONFIG_FILE) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
