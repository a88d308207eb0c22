package io.sluice.local.study.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.local.files.LockFile;
import io.sluice.local.files.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folder of a study. It keeps what has been computed, with the inputs that it was computed
 * from, so that the same study can continue. It is locked by one run at a time. Every file in it is
 * whole, at whatever moment the run ends.
 */
public final class StudyFolder implements AutoCloseable {
  private static final String LOCK = "study.lock";
  private static final String MANIFEST = "manifest.json";
  private static final String INPUTS = "inputs";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final LockFile lock;

  private StudyFolder(Path folder, LockFile lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Opens a folder, which is created if it does not exist, and locks it.
   *
   * @throws IOException when it holds other files than those of a study, another run uses it, or it
   *     cannot be created
   */
  public static StudyFolder open(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.exists(folder.resolve(LOCK)) && !isEmpty(folder)) {
      throw new IOException(
          "--out " + folder + " contains files that are no study: give a new folder");
    }
    Files.createDirectories(folder);
    LockFile lock =
        LockFile.tryLock(folder.resolve(LOCK))
            .orElseThrow(
                () ->
                    new IOException(
                        "another study runs in --out "
                            + folder
                            + ": wait until it has ended, or give another folder"));
    return new StudyFolder(folder, lock);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /**
   * Checks that what the folder holds was computed from the same inputs, and records these. A study
   * may be continued with more tasks and representations: only inputs that both have must be equal.
   *
   * @param inputs hashes or values by name
   * @throws IOException when an input differs; the message names all of them
   */
  void require(Map<String, String> inputs) throws IOException {
    Path file = folder.resolve(MANIFEST);
    ObjectNode known = JsonNodeFactory.instance.objectNode();
    if (Files.exists(file)) {
      JsonNode manifest = JSON.readTree(Files.readString(file));
      known.setAll((ObjectNode) manifest.path(INPUTS));
    }
    List<String> different = new ArrayList<>();
    inputs.forEach(
        (name, value) -> {
          if (known.has(name) && !known.path(name).asText().equals(value)) {
            different.add(name);
          }
          known.put(name, value);
        });
    if (!different.isEmpty()) {
      throw new IOException(
          "--out %s holds a study of other inputs (%s): give another folder, or the inputs of that study"
              .formatted(folder, String.join(", ", different)));
    }
    ObjectNode manifest = JsonNodeFactory.instance.objectNode().put("format", 1);
    manifest.set(INPUTS, known);
    WholeFile.write(file, manifest.toPrettyString() + "\n");
  }

  /** The folder of a part of the study, which is created if it does not exist. */
  public Path part(String first, String... more) throws IOException {
    return Files.createDirectories(folder.resolve(Path.of(first, more)));
  }

  /**
   * Writes a file of results.
   *
   * @return its path
   */
  Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    WholeFile.write(file, content);
    return file;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
