package io.sluice.local.cli.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Decides where log messages go. The log is for operators; commands print their results themselves.
 *
 * <p>Client commands do not log. Services log to the console. The commands that run the whole stack
 * in one process log to a file, so that the console stays readable.
 */
public final class Logging {
  private static final String PATTERN = "%d{ISO8601} %-5level [%thread] %logger{24} %msg %kvp%n";

  private Logging() {}

  /** Logs to the console: messages of all loggers at level {@code INFO} or above. */
  public static void verbose() {
    root().setLevel(Level.INFO);
  }

  /** Logs to the console: messages of Sluice from {@code INFO}, of libraries from {@code WARN}. */
  public static void service() {
    root().setLevel(Level.WARN);
    context().getLogger("io.sluice").setLevel(Level.INFO);
  }

  /**
   * Logs messages of all loggers at level {@code INFO} or above to a file, which is overwritten. Has
   * no effect if the log already goes to the console.
   */
  public static void toFile(Path file) {
    if (root().getLevel() != Level.OFF) {
      return;
    }
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context());
    encoder.setPattern(PATTERN);
    encoder.start();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context());
    appender.setAppend(false);
    appender.setEncoder(encoder);
    appender.setFile(file.toString());
    appender.start();
    root().detachAndStopAllAppenders();
    root().addAppender(appender);
    root().setLevel(Level.INFO);
  }

  private static Logger root() {
    return context().getLogger(Logger.ROOT_LOGGER_NAME);
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
