package io.sluice.gpuworker.launch;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.message.MessageJson;
import io.sluice.schemas.validation.ForeignText;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one training run. A file or folder with its final name is complete: everything is
 * written under another name first and then renamed.
 *
 * @param path the folder; its name ends with the beginning of the run's identity, so that runs with
 *     other examples or settings never share it
 * @param identity of the run, in hex
 */
public record RunFolder(Path path, String identity) {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");
  private static final int IDENTITY_CHARACTERS = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The result of a finished run.
   *
   * @param model folder of the model
   * @param seconds that the run took
   * @param tokens trained on; 0 when unknown
   * @param remark a note for people; may be empty
   */
  public record Model(Path model, double seconds, long tokens, String remark) {}

  /**
   * The folder of a run; it is not created yet.
   *
   * @throws IllegalArgumentException when {@link #requirePlainNames} refuses the job
   */
  public static RunFolder of(Path output, FineTuneJob job, ArmRun run, String identity) {
    requirePlain("the arm's name", run.label());
    return new RunFolder(
        ofJob(output, job).resolve(run.label() + "-" + identity.substring(0, IDENTITY_CHARACTERS)),
        identity);
  }

  /**
   * The folder of all of a job's runs.
   *
   * @throws IllegalArgumentException when the job's id cannot be the name of a folder
   */
  public static Path ofJob(Path output, FineTuneJob job) {
    requirePlain("the job's id", job.getJobId());
    return output.resolve(job.getJobId());
  }

  /**
   * Checks the names that the folders of a job and of its runs get. The job may be a foreign record
   * that the streams-app has not written, and no folder may lie outside that of the output.
   *
   * @throws IllegalArgumentException when the job's id or the name of an arm cannot be the name of
   *     a folder
   */
  public static void requirePlainNames(FineTuneJob job) {
    requirePlain("the job's id", job.getJobId());
    for (ArmRun run : ArmRun.of(job)) {
      requirePlain("the name of arm '" + ForeignText.name(run.armName()) + "'", run.label());
    }
  }

  private static void requirePlain(String what, String name) {
    if (!PLAIN.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + " cannot be the name of a folder: use 1 to 200 of A-Z a-z 0-9 . _ -, no dot first");
    }
  }

  /** The file of the examples, one JSON object per line. */
  public Path dataset() {
    return path.resolve("train.jsonl");
  }

  /** The folder that a launcher writes the model into. */
  public Path writing() {
    return path.resolve("model.writing");
  }

  /** The folder of the complete model. */
  public Path model() {
    return path.resolve("model");
  }

  /** The folder of the checkpoints from which a run can be resumed. */
  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  /** The file that the output of a user's command is appended to. */
  public Path log() {
    return path.resolve("train.log");
  }

  /** The file that names the process which is training; see {@link ProcessGroup}. */
  public Path process() {
    return path.resolve("process");
  }

  private Path facts() {
    return path.resolve("trained.json");
  }

  /**
   * Creates the folder and writes the examples, one JSON object per line: {@code id}, {@code
   * messages}, and {@code tools} and {@code metadata} where there are any.
   */
  public void prepare(List<DatasetRecord> examples) throws IOException {
    Files.createDirectories(path);
    Path aside = path.resolve("train.jsonl.writing");
    try (BufferedWriter out = Files.newBufferedWriter(aside);
        JsonGenerator json = JSON.createGenerator(out).setRootValueSeparator(null)) {
      for (DatasetRecord example : examples) {
        json.writeStartObject();
        json.writeStringField("id", example.getCandidateId());
        json.writeFieldName("messages");
        MessageJson.write(example.getMessages(), json);
        MessageJson.writeToolsAndMetadata(example.getTools(), example.getMetadata(), json);
        json.writeEndObject();
        json.writeRaw('\n');
      }
    }
    Files.move(
        aside, dataset(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The model, if an earlier attempt has completed it. */
  public Optional<Model> finished() throws IOException {
    if (!Files.isDirectory(model())) {
      return Optional.empty();
    }
    JsonNode facts = JSON.readTree(Files.readString(facts()));
    return Optional.of(
        new Model(
            model(),
            facts.path("seconds").asDouble(),
            facts.path("tokens").asLong(),
            facts.path("remark").asText()));
  }

  /**
   * Gives a complete model its final name. If another trainer has published a model of this run
   * meanwhile, because it has not noticed yet that it lost the job, that one is kept.
   *
   * @throws JobFailedException when the launcher has written no model
   */
  public Model finish(Launcher.Trained trained, double seconds)
      throws IOException, JobFailedException {
    if (finished().isEmpty()) {
      publish(trained, seconds);
    }
    try {
      delete(trained.folder());
      delete(checkpoints());
    } catch (NoSuchFileException | DirectoryNotEmptyException e) {
      // Another trainer still writes into the folder, or deletes it at the same time.
    }
    return finished()
        .orElseThrow(() -> new IOException(model() + " was deleted: fire the job again"));
  }

  private void publish(Launcher.Trained trained, double seconds)
      throws IOException, JobFailedException {
    if (isEmpty(trained.folder())) {
      throw new JobFailedException(
          "the training succeeded but left nothing in "
              + trained.folder()
              + ": the model must be written there ({output})");
    }
    Path aside = path.resolve("trained.json.writing-" + UUID.randomUUID());
    Files.writeString(
        aside,
        JSON.createObjectNode()
            .put("seconds", seconds)
            .put("tokens", trained.tokens())
            .put("remark", trained.remark())
            .toString());
    Files.move(aside, facts(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try {
      Files.move(trained.folder(), model(), StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (finished().isEmpty()) {
        throw e;
      }
    }
  }

  /**
   * Deletes the checkpoints and partial models of a job's unfinished runs; complete models stay.
   */
  public static void clearUnfinished(Path output, FineTuneJob job) throws IOException {
    Path folder = ofJob(output, job);
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> runs = Files.list(folder)) {
      for (Path run : runs.filter(Files::isDirectory).toList()) {
        RunFolder unfinished = new RunFolder(run, "");
        delete(unfinished.checkpoints());
        delete(unfinished.writing());
      }
    }
  }

  /** Creates the folder that a launcher writes into, or empties it. */
  public void clearWriting() throws IOException {
    delete(writing());
    Files.createDirectories(writing());
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return true;
    }
    try (var files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
