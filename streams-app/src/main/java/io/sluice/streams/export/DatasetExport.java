package io.sluice.streams.export;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.Query;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.hash.Sha256;
import io.sluice.streams.client.AvroJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes the frozen dataset of a job as a folder: the example files {@code train}, {@code random}
 * when the job has that control, {@code queries} and {@code held-out} when there are any, in one or
 * more formats; {@code manifest.json}, which describes the job and the files; and for each of
 * several other trainers a folder that it can train from, if the model is known.
 *
 * <p>Examples that were retracted after the job fired are left out and listed in the manifest,
 * unless the caller includes them explicitly. The folder is written under a temporary name and then
 * renamed, so that a folder with the final name is always complete.
 *
 * @param formats formats of the example files
 * @param model the model that other trainers are to train; when empty, no folders for them are
 *     written
 * @param withRetracted whether to write examples that were retracted
 */
public record DatasetExport(
    List<ExampleFormat> formats, Optional<TrainedModel> model, boolean withRetracted) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * Keeps an immutable copy of the list.
   *
   * @throws IllegalArgumentException when there is no format
   */
  public DatasetExport {
    formats = List.copyOf(formats);
    if (formats.isEmpty()) {
      throw new IllegalArgumentException("no format: give at least one");
    }
  }

  /**
   * What a folder does not contain.
   *
   * @param retracted ids of the candidates that were retracted
   * @param omissions examples that the folders of trainers do not contain
   */
  public record LeftOut(List<String> retracted, List<Omission> omissions) {}

  /**
   * Writes the folder.
   *
   * @param folder must not exist yet, but its parent folder must
   * @return what was left out
   * @throws IOException when the folder exists or cannot be written, when no example is left to
   *     train on, or when it is not known which ones were retracted
   */
  public LeftOut write(FrozenDataset dataset, Path folder) throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(folder + " exists: give --out a folder that does not exist yet");
    }
    if (!Files.isDirectory(target.getParent())) {
      throw new IOException(target.getParent() + " is not a folder: create it first");
    }
    Path temporary =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
    try {
      Files.createDirectory(temporary);
      LeftOut leftOut = fill(dataset, temporary);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      return leftOut;
    } finally {
      deleteIfExists(temporary);
    }
  }

  private LeftOut fill(FrozenDataset dataset, Path folder) throws IOException {
    if (dataset.job().getRetractedIncomplete() && !withRetracted) {
      throw new IOException(
          "more examples of the job were retracted than its record has room to name, so they cannot be left out: fire a new job");
    }
    Set<String> retracted = withRetracted ? Set.of() : Set.copyOf(dataset.job().getRetracted());
    Set<String> leftOut = new LinkedHashSet<>();
    ArrayNode files = JSON.createArrayNode();
    dataset.candidates().stream().filter(retracted::contains).forEach(leftOut::add);
    List<ExportedExample> train = kept(dataset.selected(), retracted);
    if (train.isEmpty()) {
      throw new IOException(
          "nothing to train on: all selected examples have been retracted since the job fired");
    }
    Map<String, List<ExportedExample>> parts = new LinkedHashMap<>();
    parts.put("train", train);
    parts.put("random", kept(dataset.random(), retracted));
    dataset.arms().forEach((name, examples) -> parts.put("arm-" + name, kept(examples, retracted)));
    parts.put("queries", examples(dataset.queries()));
    parts.put("held-out", examples(dataset.heldOut()));
    List<ExportedExample> all = parts.values().stream().flatMap(List::stream).toList();
    for (Map.Entry<String, List<ExportedExample>> part : parts.entrySet()) {
      write(part.getKey(), part.getValue(), all, folder, files);
    }
    List<Omission> omissions =
        model.isPresent()
            ? new TrainerFolders(dataset.job(), model.get().base(), model.get().text())
                .write(train, folder)
            : List.of();
    ObjectNode manifest = JSON.createObjectNode();
    manifest.set("job", AvroJson.of(dataset.job()));
    manifest.set("files", files);
    manifest.set("left_out_since_retracted", JSON.valueToTree(leftOut));
    manifest.set("left_out_of_trainer_folders", JSON.valueToTree(omissions));
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("manifest.json").toFile(), manifest);
    return new LeftOut(List.copyOf(leftOut), omissions);
  }

  private void write(
      String name,
      List<ExportedExample> examples,
      List<ExportedExample> all,
      Path folder,
      ArrayNode files)
      throws IOException {
    if (examples.isEmpty()) {
      return;
    }
    for (ExampleFormat format : formats) {
      Path file = folder.resolve(name + "." + format.extension());
      format.write(examples, all, file);
      files
          .addObject()
          .put("name", file.getFileName().toString())
          .put("examples", examples.size())
          .put("sha256", sha256(file));
    }
  }

  private static List<ExportedExample> kept(List<DatasetRecord> part, Set<String> retracted) {
    return part.stream()
        .filter(example -> !retracted.contains(example.getCandidateId()))
        .map(ExportedExample::of)
        .toList();
  }

  private static List<ExportedExample> examples(List<Query> examples) {
    return examples.stream().map(ExportedExample::of).toList();
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new Sha256().add(in).hex();
    }
  }

  /** Deletes the temporary folder if it still exists, which means that writing has failed. */
  private static void deleteIfExists(Path temporary) throws IOException {
    if (Files.exists(temporary)) {
      try (Stream<Path> files = Files.walk(temporary)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
