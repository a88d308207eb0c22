package io.sluice.streams.export;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.streams.client.AvroJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes the frozen dataset of a job as a folder: {@code train}, {@code random} where the job has
 * that control, {@code queries} and {@code held-out} where there are some, in one or more formats;
 * configurations of other trainers; and {@code manifest.json}, which says what all that is.
 *
 * <p>Examples that were retracted after the job had fired are left out and told in the manifest,
 * unless they are asked for: who retracted them had a reason. The folder is written aside and then
 * renamed, so that one which is there is whole.
 *
 * @param formats of the example files; configurations point at the first
 * @param model what the configurations train
 * @param withRetracted whether examples are written although they were retracted
 */
public record DatasetExport(List<ExampleFormat> formats, BaseModel model, boolean withRetracted) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * Copies the list.
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
   * Writes a folder.
   *
   * @param folder does not exist yet; the one that it is to be in does
   * @return the ids of the candidates that were left out since they were retracted
   * @throws IOException when the folder exists or cannot be written, or nothing is left to train on
   */
  public List<String> write(FrozenDataset dataset, Path folder) throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(folder + " exists: give --out a folder that does not exist yet");
    }
    if (!Files.isDirectory(target.getParent())) {
      throw new IOException(target.getParent() + " is no folder: make it first");
    }
    Path aside =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
    try {
      Files.createDirectory(aside);
      Set<String> leftOut = fill(dataset, aside);
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
      return List.copyOf(leftOut);
    } finally {
      delete(aside);
    }
  }

  private Set<String> fill(FrozenDataset dataset, Path folder) throws IOException {
    Set<String> retracted = withRetracted ? Set.of() : Set.copyOf(dataset.job().getRetracted());
    Set<String> leftOut = new LinkedHashSet<>();
    ArrayNode files = JSON.createArrayNode();
    Stream.of(dataset.selected(), dataset.random())
        .flatMap(List::stream)
        .map(DatasetRecord::getCandidateId)
        .filter(retracted::contains)
        .forEach(leftOut::add);
    List<List<Message>> train = kept(dataset.selected(), retracted);
    if (train.isEmpty()) {
      throw new IOException("nothing to train on: all selected examples were retracted since");
    }
    write("train", train, folder, files);
    write("random", kept(dataset.random(), retracted), folder, files);
    write("queries", turns(dataset.queries()), folder, files);
    write("held-out", turns(dataset.heldOut()), folder, files);
    ExampleFormat first = formats.get(0);
    Map<String, String> configs =
        new TrainerConfigs(dataset.job(), model, first, "train." + first.extension()).files();
    for (Map.Entry<String, String> config : configs.entrySet()) {
      Files.writeString(folder.resolve(config.getKey()), config.getValue());
    }
    ObjectNode manifest = JSON.createObjectNode();
    manifest.set("job", AvroJson.of(dataset.job()));
    manifest.set("files", files);
    manifest.set("left_out_since_retracted", JSON.valueToTree(leftOut));
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("manifest.json").toFile(), manifest);
    return leftOut;
  }

  private void write(String name, List<List<Message>> examples, Path folder, ArrayNode files)
      throws IOException {
    if (examples.isEmpty()) {
      return;
    }
    for (ExampleFormat format : formats) {
      Path file = folder.resolve(name + "." + format.extension());
      format.write(examples, file);
      files
          .addObject()
          .put("name", file.getFileName().toString())
          .put("examples", examples.size())
          .put("sha256", sha256(file));
    }
  }

  private static List<List<Message>> kept(List<DatasetRecord> part, Set<String> retracted) {
    return part.stream()
        .filter(example -> !retracted.contains(example.getCandidateId()))
        .map(DatasetRecord::getMessages)
        .toList();
  }

  private static List<List<Message>> turns(List<Query> examples) {
    return examples.stream().map(Query::getMessages).toList();
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What was not renamed. */
  private static void delete(Path aside) throws IOException {
    if (Files.exists(aside)) {
      try (Stream<Path> files = Files.list(aside)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(aside);
    }
  }
}
