package io.sluice.local.stack;

import io.sluice.local.files.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A lock that allows only one stack at a time to use a directory. When a process dies, the
 * operating system releases its lock.
 */
final class DirectoryLock implements AutoCloseable {
  private final LockFile lock;

  private DirectoryLock(LockFile lock) {
    this.lock = lock;
  }

  /**
   * Locks a directory.
   *
   * @param directory created if it does not exist
   * @throws StackException when another stack has locked it, or it cannot be used
   */
  static DirectoryLock acquire(Path directory) {
    try {
      Files.createDirectories(directory);
      return LockFile.tryLock(directory.resolve("lock"))
          .map(DirectoryLock::new)
          .orElseThrow(
              () ->
                  new StackException(
                      "another stack runs in %s: stop it or choose another data directory"
                          .formatted(directory)));
    } catch (IOException e) {
      throw new StackException(
          "the data directory %s cannot be used: %s".formatted(directory, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StackException(
          "the lock of the data directory cannot be released: " + e.getMessage(), e);
    }
  }
}
