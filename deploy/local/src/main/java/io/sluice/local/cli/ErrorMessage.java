package io.sluice.local.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** What a failure says to people, in one line. */
final class ErrorMessage {
  private ErrorMessage() {}

  static String of(Throwable failure) {
    if (failure instanceof FileSystemException file) {
      return ofFile(file);
    }
    if (failure.getMessage() == null || isDefect(failure)) {
      return "internal error, please report it with what --verbose shows: " + failure;
    }
    return failure.getMessage();
  }

  /** What the Java platform throws by itself has a message, but none for people. */
  private static boolean isDefect(Throwable failure) {
    return failure instanceof NullPointerException
        || failure instanceof IndexOutOfBoundsException
        || failure instanceof NegativeArraySizeException
        || failure instanceof ArithmeticException
        || failure instanceof ClassCastException;
  }

  /** The messages of these exceptions are bare file names. */
  private static String ofFile(FileSystemException failure) {
    String file = Objects.toString(failure.getFile(), "file");
    if (failure instanceof NoSuchFileException) {
      return file + ": no such file or directory";
    }
    if (failure instanceof AccessDeniedException) {
      return file + ": access denied, check its owner and permissions";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return file + ": exists already and is no directory";
    }
    return file + ": " + Objects.toString(failure.getReason(), failure.toString());
  }
}
