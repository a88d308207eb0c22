package io.sluice.local.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** Turns an exception into the one-line message that the user of a command sees. */
final class ErrorMessage {
  private ErrorMessage() {}

  static String of(Throwable failure) {
    if (failure instanceof FileSystemException file) {
      return ofFile(file);
    }
    if (failure.getMessage() == null || isDefect(failure)) {
      return "internal error, please report it with the output of --verbose: " + failure;
    }
    return failure.getMessage();
  }

  /**
   * Exceptions of the Java platform that only a defect causes; their messages do not help users.
   */
  private static boolean isDefect(Throwable failure) {
    return failure instanceof NullPointerException
        || failure instanceof IndexOutOfBoundsException
        || failure instanceof NegativeArraySizeException
        || failure instanceof ArithmeticException
        || failure instanceof ClassCastException;
  }

  /** The message of such an exception is often just the name of the file. */
  private static String ofFile(FileSystemException failure) {
    String file = Objects.toString(failure.getFile(), "file");
    if (failure instanceof NoSuchFileException) {
      return file + ": no such file or directory";
    }
    if (failure instanceof AccessDeniedException) {
      return file + ": access denied, check its owner and permissions";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return file + ": already exists and is not a directory";
    }
    return file + ": " + Objects.toString(failure.getReason(), failure.toString());
  }
}
