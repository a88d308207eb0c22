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
 * Where log lines go. Commands print their results themselves; the log is for operators.
 *
 * <p>Client commands log nothing; services log to the console; the commands that run everything in
 * one process log to a file, so that the console stays readable.
 */
public final class Logging {
  private static final String PATTERN = "%d{ISO8601} %-5level [%thread] %logger{24} %msg %kvp%n";

  private Logging() {}

  /** Shows everything from {@code INFO} on. */
  public static void verbose() {
    root().setLevel(Level.INFO);
  }

  /** Shows what Sluice says of its work, and the warnings of the libraries. */
  public static void service() {
    root().setLevel(Level.WARN);
    context().getLogger("io.sluice").setLevel(Level.INFO);
  }

  /** Writes everything from {@code INFO} on to a file, begun anew; unless the console shows it. */
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
