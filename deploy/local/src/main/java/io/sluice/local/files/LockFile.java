package io.sluice.local.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that one holder at a time can lock. The operating system releases the lock when the
 * process dies, however it dies.
 */
public final class LockFile implements AutoCloseable {
  private final FileChannel channel;

  private LockFile(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a file, which is created if it does not exist.
   *
   * @return empty when another process, or another part of this one, has locked it
   * @throws IOException when the file cannot be created or opened
   */
  public static Optional<LockFile> tryLock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (isLocked(channel)) {
      return Optional.of(new LockFile(channel));
    }
    channel.close();
    return Optional.empty();
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // Another part of this process holds the lock.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Releases the lock; the file remains. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
