package io.sluice.gpuworker.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.SafetensorsWriter;
import io.sluice.gpuworker.model.file.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder that holds the checkpoints of a run. A checkpoint is written to a temporary folder,
 * which is renamed when it is complete, so every folder named {@code checkpoint-STEP} is complete.
 *
 * <p>For some time, two trainers may work on the same run in the same folder: one has taken it
 * over, and the other has not noticed yet. Both can continue, because their checkpoints are
 * identical.
 */
final class CheckpointFolder {
  private static final Pattern NAME = Pattern.compile("checkpoint-([1-9][0-9]{0,8})");
  private static final String TEMPORARY_PREFIX = ".writing-";
  private static final String MOMENTS = "optimizer_state.safetensors";
  private static final String FIRST = ".exp_avg";
  private static final String SECOND = ".exp_avg_sq";
  private static final String IDENTITY = "fine_tuning.json";

  private final Checkpointing checkpointing;
  private final Trainable trainable;
  private final TrainingHyperParameters hyper;
  private final int steps;
  private final String identity;
  private final Map<String, String> further;

  /**
   * Describes the folder of a run; nothing is read or written yet.
   *
   * @param steps the number of steps of the whole run
   * @param identity the {@link RunIdentity} of the run
   * @param further its {@link RunIdentity#further}
   */
  CheckpointFolder(
      Checkpointing checkpointing,
      Trainable trainable,
      TrainingHyperParameters hyper,
      int steps,
      String identity,
      Map<String, String> further) {
    this.checkpointing = checkpointing;
    this.trainable = trainable;
    this.hyper = hyper;
    this.steps = steps;
    this.identity = identity;
    this.further = Map.copyOf(further);
  }

  /** The path of the checkpoint after the given number of steps. */
  Path path(int step) {
    return path(checkpointing.folder(), step);
  }

  private static Path path(Path folder, int step) {
    return folder.resolve("checkpoint-" + step);
  }

  /**
   * Reads the latest checkpoint and deletes incomplete ones. Creates the folder when it is missing.
   *
   * @return the state at the latest checkpoint; empty when there is none
   * @throws IOException when the checkpoint belongs to another run, or a file cannot be read; the
   *     message says what to do
   */
  Optional<TrainingState> latest() throws IOException {
    Files.createDirectories(checkpointing.folder());
    for (Path incomplete :
        list(checkpointing.folder(), name -> name.startsWith(TEMPORARY_PREFIX))) {
      delete(incomplete);
    }
    int latest = latest(checkpointing.folder());
    if (latest == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(path(latest)));
    } catch (IOException e) {
      if (Files.exists(path(latest))) {
        throw e;
      }
      // Another trainer of the same run has deleted this checkpoint because it has a later one.
      return latest();
    }
  }

  private TrainingState read(Path folder) throws IOException {
    requireSameRun(folder);
    Safetensors values = Safetensors.open(folder.resolve(trainable.file()));
    Safetensors moments = Safetensors.open(folder.resolve(MOMENTS));
    return new TrainingState(
        read(values, TrainedParameter::stored),
        read(moments, parameter -> parameter.name() + FIRST),
        read(moments, parameter -> parameter.name() + SECOND),
        TrainerState.read(folder));
  }

  /**
   * A setting of the run whose checkpoints are in a folder.
   *
   * @param name one of {@link RunIdentity#further}
   * @return empty if there is no checkpoint, or the latest one does not name it
   */
  static Optional<String> setting(Path folder, String name) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    int latest = latest(folder);
    try {
      return latest == 0
          ? Optional.empty()
          : Optional.of(stored(path(folder, latest).resolve(IDENTITY)).path(name).asText())
              .filter(text -> !text.isEmpty());
    } catch (NoSuchFileException e) {
      // Another trainer of the same run has deleted this checkpoint because it has a later one.
      return Optional.empty();
    }
  }

  private static JsonNode stored(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(file));
  }

  private void requireSameRun(Path folder) throws IOException {
    Path file = folder.resolve(IDENTITY);
    JsonNode stored = Files.exists(file) ? stored(file) : MissingNode.getInstance();
    String difference =
        stored.path("identity").asText().equals(identity)
            ? further.entrySet().stream()
                .filter(setting -> stored.has(setting.getKey()))
                .filter(
                    setting -> !stored.path(setting.getKey()).asText().equals(setting.getValue()))
                .map(setting -> "its " + setting.getKey() + " differs")
                .sorted()
                .findFirst()
                .orElse("")
            : "its model, examples or settings differ";
    if (!difference.isEmpty()) {
      throw new IOException(
          folder
              + " belongs to another run: "
              + difference
              + ". Use another folder, or delete this one");
    }
  }

  private float[] read(Safetensors file, Function<TrainedParameter, String> name)
      throws IOException {
    List<TrainedParameter> parameters = trainable.parameters();
    float[] flat = new float[parameters.get(parameters.size() - 1).end()];
    for (TrainedParameter parameter : parameters) {
      long[] shape = parameter.shape().stream().mapToLong(size -> size).toArray();
      float[] values = file.read(name.apply(parameter), shape);
      System.arraycopy(values, 0, flat, parameter.offset(), values.length);
    }
    return flat;
  }

  /**
   * Writes a checkpoint and, unless all are kept, deletes the earlier ones.
   *
   * @throws IOException when a file cannot be written; nothing incomplete is left behind
   */
  void write(TrainingState state) throws IOException {
    Path incomplete = Files.createDirectories(temporaryFolder());
    try {
      writeFiles(incomplete, state);
    } catch (IOException e) {
      // The disk may be full: an incomplete checkpoint must not take up space.
      delete(incomplete);
      throw e;
    }
    publish(incomplete, path(state.step()));
    if (!checkpointing.keepAll()) {
      for (int step : steps(checkpointing.folder())) {
        if (step < state.step()) {
          delete(path(step));
        }
      }
    }
  }

  private void writeFiles(Path incomplete, TrainingState state) throws IOException {
    trainable.writeConfig(incomplete);
    SafetensorsWriter.write(
        incomplete.resolve(trainable.file()),
        tensors(state.values(), TrainedParameter::stored),
        Map.of("format", "pt"));
    List<Tensor> moments = new ArrayList<>();
    moments.addAll(tensors(state.first(), parameter -> parameter.name() + FIRST));
    moments.addAll(tensors(state.second(), parameter -> parameter.name() + SECOND));
    SafetensorsWriter.write(
        incomplete.resolve(MOMENTS), moments, Map.of("step", Integer.toString(state.step())));
    TrainerState.write(incomplete, state.log(), steps, hyper);
    ObjectNode run = JsonNodeFactory.instance.objectNode().put("identity", identity);
    new TreeMap<>(further).forEach(run::put);
    ModelFiles.writeJson(incomplete.resolve(IDENTITY), run);
  }

  /**
   * Renames a complete checkpoint to its final name. When another trainer of the same run has
   * already written that checkpoint, its files are the same to the last bit, so this one is
   * deleted.
   */
  private void publish(Path complete, Path target) throws IOException {
    try {
      Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(target)) {
        throw e;
      }
      delete(complete);
    }
  }

  private List<Tensor> tensors(float[] flat, Function<TrainedParameter, String> name) {
    return trainable.parameters().stream()
        .map(
            parameter ->
                new Tensor(
                    name.apply(parameter),
                    parameter.shape(),
                    FloatBuffer.wrap(flat, parameter.offset(), parameter.size())))
        .toList();
  }

  /** The step numbers of the checkpoints in the folder. */
  private static int latest(Path folder) throws IOException {
    return steps(folder).stream().mapToInt(step -> step).max().orElse(0);
  }

  private static List<Integer> steps(Path folder) throws IOException {
    return list(folder, name -> NAME.matcher(name).matches()).stream()
        .map(each -> NAME.matcher(each.getFileName().toString()))
        .filter(Matcher::matches)
        .map(matcher -> Integer.valueOf(matcher.group(1)))
        .toList();
  }

  private static List<Path> list(Path folder, Predicate<String> wanted) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> wanted.test(file.getFileName().toString())).toList();
    }
  }

  /** A unique path for a folder that is being written or deleted. */
  private Path temporaryFolder() {
    return checkpointing.folder().resolve(TEMPORARY_PREFIX + UUID.randomUUID());
  }

  /**
   * Deletes a checkpoint. The folder is renamed first, so that nothing takes a partly deleted
   * folder for a checkpoint or writes to it.
   */
  private void delete(Path folder) throws IOException {
    Path doomed = temporaryFolder();
    try {
      Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // Another trainer of the same run has deleted or renamed it.
    }
    try (Stream<Path> files = Files.list(doomed)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(doomed);
  }
}
