package io.sluice.streams.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Tells a person what went wrong in one line on standard error and exits with 1.
 *
 * <p>What people or their files, brokers and registries can cause has a message written for them.
 * Anything else is a defect of the program and is logged with its stack trace.
 */
public final class PlainErrors implements IExecutionExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(PlainErrors.class);

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    command.getErr().println(command.getColorScheme().errorText("error: " + describe(failure)));
    if (!expected(failure)) {
      LOG.atError().setCause(failure).log("unexpected failure");
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  private static boolean expected(Exception failure) {
    return failure instanceof IOException
        || failure instanceof UncheckedIOException
        || failure instanceof IllegalArgumentException
        || failure instanceof KafkaException;
  }

  private static String describe(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
