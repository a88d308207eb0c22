package io.sluice.gpuworker.job;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Turns failures of file operations into messages for people. */
public final class FileFailures {
  /** Parts of the messages by which operating systems report a full disk. */
  private static final List<String> DISK_FULL =
      List.of("No space left", "File too large", "Disk quota exceeded", "not enough space");

  private FileFailures() {}

  /**
   * The reason of a failure, and what to do about it where that is known.
   *
   * @param output the trainer's output folder, which a message about a full disk names
   */
  public static String reason(IOException failure, Path output) {
    String message = Objects.toString(failure.getMessage(), failure.getClass().getSimpleName());
    if (DISK_FULL.stream().anyMatch(message::contains)) {
      return "the disk of "
          + output
          + " is full ("
          + message
          + "): free space there, or set another output.dir, and fire the job again";
    }
    if (failure instanceof AccessDeniedException denied) {
      return denied.getFile() + ": access denied, check its owner and permissions";
    }
    if (failure instanceof NoSuchFileException missing) {
      return missing.getFile() + ": there is no such file or folder";
    }
    if (failure instanceof FileSystemException file) {
      return file.getFile() + ": " + Objects.toString(file.getReason(), message);
    }
    return message;
  }
}
