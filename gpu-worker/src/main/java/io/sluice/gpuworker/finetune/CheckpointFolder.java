package io.sluice.gpuworker.finetune;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run. Each is written aside and renamed once it is whole, so one that is
 * there is whole.
 *
 * <p>For a while two trainers may have the same run in the same folder: one goes on with it, the
 * other does not know yet that it was given to the first. Neither fails for it.
 */
final class CheckpointFolder {
  private static final Pattern NAME = Pattern.compile("checkpoint-([1-9][0-9]{0,8})");
  private static final String ASIDE = ".writing-";
  private static final String MOMENTS = "optimizer_state.safetensors";
  private static final String FIRST = ".exp_avg";
  private static final String SECOND = ".exp_avg_sq";
  private static final String IDENTITY = "fine_tuning.json";

  private final Checkpointing checkpointing;
  private final Trainable trainable;
  private final TrainingHyperParameters hyper;
  private final int steps;
  private final String identity;

  /**
   * A run's folder.
   *
   * @param steps of the whole run
   * @param identity tells runs apart
   */
  CheckpointFolder(
      Checkpointing checkpointing,
      Trainable trainable,
      TrainingHyperParameters hyper,
      int steps,
      String identity) {
    this.checkpointing = checkpointing;
    this.trainable = trainable;
    this.hyper = hyper;
    this.steps = steps;
    this.identity = identity;
  }

  /** The folder of the checkpoint after some steps. */
  Path path(int step) {
    return checkpointing.folder().resolve("checkpoint-" + step);
  }

  /**
   * The latest checkpoint; what was half written before is deleted.
   *
   * @throws IOException when it is of another run; the message says what to do
   */
  Optional<TrainingState> latest() throws IOException {
    Files.createDirectories(checkpointing.folder());
    for (Path left : list(name -> name.startsWith(ASIDE))) {
      delete(left);
    }
    int latest = steps().stream().mapToInt(step -> step).max().orElse(0);
    if (latest == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(path(latest)));
    } catch (IOException e) {
      if (Files.exists(path(latest))) {
        throw e;
      }
      return latest();
    }
  }

  private TrainingState read(Path folder) throws IOException {
    Path file = folder.resolve(IDENTITY);
    if (!Files.exists(file)
        || !new ObjectMapper()
            .readTree(Files.readString(file))
            .path("identity")
            .asText()
            .equals(identity)) {
      throw new IOException(
          folder
              + " is of another run: its model, examples or settings differ. Give another folder,"
              + " or delete this one");
    }
    Safetensors values = Safetensors.open(folder.resolve(trainable.file()));
    Safetensors moments = Safetensors.open(folder.resolve(MOMENTS));
    return new TrainingState(
        read(values, TrainedParameter::stored),
        read(moments, parameter -> parameter.name() + FIRST),
        read(moments, parameter -> parameter.name() + SECOND),
        TrainerState.read(folder));
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

  /** Leaves a checkpoint; deletes earlier ones that are not to be kept. */
  void write(TrainingState state) throws IOException {
    Path aside = Files.createDirectories(aside());
    try {
      fill(aside, state);
    } catch (IOException e) {
      // What is half written must not keep a full disk full.
      delete(aside);
      throw e;
    }
    publish(aside, path(state.step()));
    if (!checkpointing.keepAll()) {
      for (int step : steps()) {
        if (step < state.step()) {
          delete(path(step));
        }
      }
    }
  }

  private void fill(Path aside, TrainingState state) throws IOException {
    trainable.writeConfig(aside);
    SafetensorsWriter.write(
        aside.resolve(trainable.file()),
        tensors(state.values(), TrainedParameter::stored),
        Map.of("format", "pt"));
    List<Tensor> moments = new ArrayList<>();
    moments.addAll(tensors(state.first(), parameter -> parameter.name() + FIRST));
    moments.addAll(tensors(state.second(), parameter -> parameter.name() + SECOND));
    SafetensorsWriter.write(
        aside.resolve(MOMENTS), moments, Map.of("step", Integer.toString(state.step())));
    TrainerState.write(aside, state.log(), steps, hyper);
    ModelFiles.writeJson(
        aside.resolve(IDENTITY), JsonNodeFactory.instance.objectNode().put("identity", identity));
  }

  /** What is there already is the same to the last bit, since it is of the same identity. */
  private void publish(Path whole, Path target) throws IOException {
    try {
      Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(target)) {
        throw e;
      }
      delete(whole);
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

  /** The steps of the checkpoints that are there. */
  private List<Integer> steps() throws IOException {
    return list(name -> NAME.matcher(name).matches()).stream()
        .map(folder -> NAME.matcher(folder.getFileName().toString()))
        .filter(Matcher::matches)
        .map(matcher -> Integer.valueOf(matcher.group(1)))
        .toList();
  }

  private List<Path> list(Predicate<String> wanted) throws IOException {
    try (Stream<Path> files = Files.list(checkpointing.folder())) {
      return files.filter(file -> wanted.test(file.getFileName().toString())).toList();
    }
  }

  /** A name that nobody else uses. */
  private Path aside() {
    return checkpointing.folder().resolve(ASIDE + UUID.randomUUID());
  }

  /**
   * Out of the way first: what is half deleted must not be taken for a checkpoint, nor be written
   * to.
   */
  private void delete(Path folder) throws IOException {
    Path aside = aside();
    try {
      Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // The other trainer has deleted it or given it its name.
    }
    try (Stream<Path> files = Files.list(aside)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(aside);
  }
}
