package io.sluice.streams.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Creates state directories in memory where the system has such a file system, because Kafka's test
 * driver commits after every record, and each commit waits for the disk several times.
 */
final class StateInMemory implements TempDirFactory {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "sluice-state";

  /**
   * Much more than the stores of one topology need; the file system is often smaller in containers.
   */
  private static final long ENOUGH_BYTES = 512L << 20;

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
      throws IOException {
    boolean usable =
        Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ENOUGH_BYTES;
    return usable ? Files.createTempDirectory(MEMORY, PREFIX) : Files.createTempDirectory(PREFIX);
  }
}
