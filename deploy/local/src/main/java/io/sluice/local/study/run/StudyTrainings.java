package io.sluice.local.study.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.finetune.ExampleLosses;
import io.sluice.gpuworker.finetune.FineTuneTrial;
import io.sluice.gpuworker.finetune.StepProgress;
import io.sluice.gpuworker.finetune.TrainingListener;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.local.files.WholeFile;
import io.sluice.local.study.CellLosses;
import io.sluice.local.study.StudyCell;
import io.sluice.local.study.StudyPlan;
import io.sluice.local.study.StudySubsets;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.hash.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Trains and evaluates the cells of a study, one after the other. Cells with the same examples and
 * the same seed share a training. The losses of each training are kept in a file; a training that
 * is interrupted continues from its last checkpoint.
 */
final class StudyTrainings {
  private static final String QUERIES = "queries";
  private static final String HELD_OUT = "held_out";
  private static final String TASKS = "tasks";
  private static final int NAME_DIGITS = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StudyFolder folder;
  private final FineTuneTrial trial;
  private final List<Candidate> pool;
  private final Map<String, EvaluatedTask> tasks;
  private final Map<String, Training> trainings = new LinkedHashMap<>();

  /**
   * The examples of a task as tokens.
   *
   * @param heldOut may be empty
   */
  record EvaluatedTask(List<Encoded.Example> queries, List<Encoded.Example> heldOut) {}

  /** One training, with the cells that share it; no examples for no fine-tuning. */
  private record Training(String name, List<Integer> examples, int seed, List<StudyCell> cells) {}

  /** Shows how far the trainings have come. */
  interface Display {
    /**
     * Begins to show.
     *
     * @param total examples that all trainings process, over all epochs
     * @param done those of trainings that were done before
     */
    void begin(long total, long done);

    /** Shows how many examples have been processed, and in which cell. */
    void show(long done, String cell);
  }

  /**
   * Plans the trainings.
   *
   * @param pool the candidates, by position
   * @param tasks by id
   */
  StudyTrainings(
      StudyFolder folder,
      FineTuneTrial trial,
      List<Candidate> pool,
      Map<String, EvaluatedTask> tasks,
      StudyPlan plan,
      StudySubsets subsets) {
    this.folder = folder;
    this.trial = trial;
    this.pool = pool;
    this.tasks = tasks;
    for (StudyCell cell : plan.cells()) {
      List<Integer> examples = subsets.of(cell);
      String name = name(examples, cell.seed());
      trainings
          .computeIfAbsent(name, key -> new Training(key, examples, cell.seed(), new ArrayList<>()))
          .cells()
          .add(cell);
    }
  }

  private String name(List<Integer> examples, int seed) {
    if (examples.isEmpty()) {
      return "none";
    }
    Sha256 hash = new Sha256().add(seed);
    examples.forEach(position -> hash.add(pool.get(position).getId()));
    return hash.hex().substring(0, NAME_DIGITS);
  }

  /**
   * Trains and evaluates what has no losses yet.
   *
   * @return the losses of all cells
   * @throws IOException when a file cannot be read or written, or a training diverges
   * @throws InterruptedException when interrupted
   */
  Map<StudyCell, CellLosses> run(Display display) throws IOException, InterruptedException {
    Map<StudyCell, CellLosses> losses = new HashMap<>();
    List<Training> open = new ArrayList<>();
    long total = 0;
    long done = 0;
    for (Training training : trainings.values()) {
      total += work(training);
      Optional<Map<String, CellLosses>> kept = read(training);
      if (kept.isPresent()) {
        done += work(training);
        assign(training, kept.get(), losses);
        // A process that was killed right after it had kept the losses has left its checkpoints.
        delete(folderOf(training));
      } else {
        open.add(training);
      }
    }
    display.begin(total, done);
    for (Training training : open) {
      assign(training, execute(training, done, display), losses);
      done += work(training);
    }
    return losses;
  }

  private static void assign(
      Training training, Map<String, CellLosses> byTask, Map<StudyCell, CellLosses> losses) {
    training.cells().forEach(cell -> losses.put(cell, byTask.get(cell.task())));
  }

  /** Examples that the training processes. */
  private long work(Training training) {
    return (long) training.examples().size() * trial.hyper().epochs();
  }

  private Map<String, CellLosses> execute(Training training, long before, Display display)
      throws IOException, InterruptedException {
    String label = label(training.cells().get(0));
    display.show(before, label);
    Path folderOfRun = folderOf(training);
    Optional<Path> trained =
        training.examples().isEmpty()
            ? Optional.empty()
            : Optional.of(train(training, before, display, label, folderOfRun));
    Map<String, CellLosses> byTask = new LinkedHashMap<>();
    for (StudyCell cell : training.cells()) {
      if (!byTask.containsKey(cell.task())) {
        byTask.put(cell.task(), evaluate(trained, tasks.get(cell.task())));
      }
    }
    write(training, byTask);
    delete(folderOfRun);
    return byTask;
  }

  /** Where a training keeps its checkpoints until its losses are kept. */
  private Path folderOf(Training training) throws IOException {
    return folder.part("training", training.name());
  }

  private static String label(StudyCell cell) {
    return "%s %s %d, seed %d"
        .formatted(cell.task(), cell.arm().label(), cell.budget(), cell.seed());
  }

  private Path train(
      Training training, long before, Display display, String label, Path folderOfRun)
      throws IOException, InterruptedException {
    List<Text.Conversation> texts =
        training.examples().stream()
            .map(position -> Text.Conversation.of(pool.get(position)))
            .toList();
    TrainingListener listener =
        (StepProgress now) ->
            display.show(before + work(training) * now.last().step() / now.steps(), label);
    try {
      return trial.train(trial.encode(texts).usable(), training.seed(), folderOfRun, listener);
    } catch (IOException e) {
      throw new IOException(label + ": " + e.getMessage(), e);
    }
  }

  /** The sets of one task together: which examples share a pass can change the last bits. */
  private CellLosses evaluate(Optional<Path> trained, EvaluatedTask task)
      throws IOException, InterruptedException {
    List<Encoded.Example> all = new ArrayList<>(task.queries());
    all.addAll(task.heldOut());
    ExampleLosses losses = trial.losses(trained, all);
    if (!Double.isFinite(losses.mean())) {
      throw new IOException(
          "the loss on the queries is "
              + losses.mean()
              + ": lower the learning rate, or check the model's weights");
    }
    int queries = task.queries().size();
    return new CellLosses(
        losses.each().subList(0, queries), losses.each().subList(queries, all.size()));
  }

  private Path file(Training training) throws IOException {
    return folder.part("losses").resolve(training.name() + ".json");
  }

  private void write(Training training, Map<String, CellLosses> byTask) throws IOException {
    ObjectNode file = JsonNodeFactory.instance.objectNode().put("seed", training.seed());
    file.put("examples", training.examples().size());
    ObjectNode all = file.putObject(TASKS);
    byTask.forEach(
        (task, losses) -> {
          ObjectNode node = all.putObject(task);
          losses.queries().forEach(node.putArray(QUERIES)::add);
          losses.heldOut().forEach(node.putArray(HELD_OUT)::add);
        });
    WholeFile.write(file(training), file.toString() + "\n");
  }

  /** The losses of a training that was done before, for all tasks that need it. */
  private Optional<Map<String, CellLosses>> read(Training training) throws IOException {
    Path file = file(training);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode all = JSON.readTree(Files.readString(file)).path(TASKS);
    Map<String, CellLosses> byTask = new HashMap<>();
    for (StudyCell cell : training.cells()) {
      if (!all.has(cell.task())) {
        return Optional.empty();
      }
      JsonNode task = all.path(cell.task());
      byTask.put(
          cell.task(), new CellLosses(values(task.path(QUERIES)), values(task.path(HELD_OUT))));
    }
    return Optional.of(byTask);
  }

  private static List<Double> values(JsonNode array) {
    List<Double> values = new ArrayList<>();
    array.forEach(value -> values.add(value.doubleValue()));
    return values;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
