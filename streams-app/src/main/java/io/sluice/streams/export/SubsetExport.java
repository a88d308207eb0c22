package io.sluice.streams.export;

import io.sluice.schemas.SelectedInstruction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes a subset as one example file, in the order in which it was selected. */
public final class SubsetExport {
  private SubsetExport() {}

  /**
   * Writes a file.
   *
   * @param file must not exist yet
   * @throws IOException when it cannot be written
   */
  public static void write(List<SelectedInstruction> subset, ExampleFormat format, Path file)
      throws IOException {
    List<ExportedExample> examples =
        subset.stream()
            .map(
                each ->
                    new ExportedExample(
                        each.getCandidateId(),
                        each.getMessages(),
                        each.getTools(),
                        each.getMetadata()))
            .toList();
    format.write(examples, examples, file);
  }
}
