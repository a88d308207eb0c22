package io.sluice.local.cli.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Decides where log messages go. The log is for operators; commands print their results themselves.
 *
 * <p>Client commands do not log. Services log to the console. The commands that run the whole stack
 * in one process log to a file, so that the console stays readable.
 */
public final class Logging {
  private static final String CONSOLE_PATTERN =
      "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{24} %msg %kvp%n";
  private static final String FILE_PATTERN =
      "%d{ISO8601} %-5level [%thread] %logger{24} %msg %kvp%n";

  private Logging() {}

  /** Logs to the console: messages of all loggers at level {@code INFO} or above. */
  public static void verbose() {
    toConsole();
    root().setLevel(Level.INFO);
  }

  /** Logs to the console: messages of Sluice from {@code INFO}, of libraries from {@code WARN}. */
  public static void service() {
    toConsole();
    root().setLevel(Level.WARN);
    context().getLogger("io.sluice").setLevel(Level.INFO);
  }

  /** Standard error, since standard output is for results; unless a file configures the log. */
  private static void toConsole() {
    if (!root().iteratorForAppenders().hasNext()) {
      ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
      console.setTarget("System.err");
      start(console, CONSOLE_PATTERN);
    }
  }

  /**
   * Logs messages of all loggers at level {@code INFO} or above to a file, which is overwritten.
   * Has no effect if the log already goes to the console.
   */
  public static void toFile(Path file) {
    if (root().getLevel() != Level.OFF) {
      return;
    }
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setAppend(false);
    appender.setFile(file.toString());
    root().detachAndStopAllAppenders();
    start(appender, FILE_PATTERN);
    root().setLevel(Level.INFO);
  }

  private static void start(OutputStreamAppender<ILoggingEvent> appender, String pattern) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context());
    encoder.setPattern(pattern);
    encoder.start();
    appender.setContext(context());
    appender.setEncoder(encoder);
    appender.start();
    root().addAppender(appender);
  }

  private static Logger root() {
    return context().getLogger(Logger.ROOT_LOGGER_NAME);
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
