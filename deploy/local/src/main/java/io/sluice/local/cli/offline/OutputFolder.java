package io.sluice.local.cli.offline;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * A folder that is there once it is whole: work is done in one beside it, which stays when the work
 * is broken off. It is one run's at a time, by a lock that ends with the process.
 */
final class OutputFolder implements AutoCloseable {
  private final Path out;
  private final Path lockFile;
  private final FileChannel lock;

  private OutputFolder(Path out, Path lockFile, FileChannel lock) {
    this.out = out;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Finds out before the work whether the folder can be made, and takes it.
   *
   * @throws IOException when it cannot, has files in it, or is another run's; says what to do
   */
  static OutputFolder require(Path out) throws IOException {
    Path absolute = out.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null || Files.isRegularFile(absolute)) {
      throw new IOException("--out " + out + " is no folder that can be made: give another name");
    }
    if (!Files.isDirectory(parent)) {
      throw new IOException("--out " + out + ": there is no folder " + parent + ": make it first");
    }
    if (!Files.isWritable(parent)) {
      throw new AccessDeniedException(parent.toString());
    }
    Path lockFile = absolute.resolveSibling("." + absolute.getFileName() + ".lock");
    OutputFolder folder = new OutputFolder(absolute, lockFile, lock(lockFile, out));
    try {
      // Only now, since the run that had the lock may have made it.
      if (!isEmpty(absolute)) {
        throw new IOException("--out " + out + " has files in it: give a new folder, or empty it");
      }
    } catch (IOException e) {
      folder.close();
      throw e;
    }
    return folder;
  }

  private static FileChannel lock(Path file, Path out) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isOurs(channel)) {
      channel.close();
      throw new IOException(
          "another run writes to --out " + out + ": wait for its end, or give another folder");
    }
    return channel;
  }

  private static boolean isOurs(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // Another thread's.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** Where the work is done. */
  Path partial() {
    return out.resolveSibling("." + out.getFileName() + ".partial");
  }

  /** Makes a whole folder the result. */
  void publish(Path whole) throws IOException {
    Files.deleteIfExists(out);
    Files.move(whole, out, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(partial());
  }

  /** Lets others have it. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(lockFile);
    lock.close();
  }
}
