package io.sluice.local.cli.offline;

import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.finetune.FineTuneMethod;
import io.sluice.gpuworker.finetune.FineTuneTrial;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.finetune.TrainingHyperParameters;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.StatePooling;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.cli.options.ReadingOptions;
import io.sluice.local.quickstart.Comparison;
import io.sluice.local.study.StudyPlan;
import io.sluice.local.study.run.NamedRepresentation;
import io.sluice.local.study.run.Study;
import io.sluice.local.study.run.StudyFolder;
import io.sluice.local.study.run.StudyTask;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code study}: compares representations and algorithms by training, without Kafka. */
@Command(
    description = {
      "Compare representations and algorithms on your own data by training on what they select,"
          + " without Kafka.",
      "For each task, every representation is combined with every algorithm and every budget. Each"
          + " subset is trained on with several seeds, and so are random subsets of equal size and"
          + " slices of the rankings; the losses are compared with each other and with no"
          + " fine-tuning. Writes study.csv, study.json and study.html into --out.",
      "If a study is interrupted, the same command continues it. It can also be continued with more"
          + " tasks, representations, algorithms, budgets or seeds.",
      "Without --model, the small bundled model is used, and is trained as 'quickstart --train'"
          + " does it, unless options say otherwise."
    })
public final class StudyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--candidates",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON lines, a JSON array or Parquet, in any form that the command ingest reads, such as"
              + " {\"id\"?, \"source\"?, \"messages\"}; plain, gzip or zstd.")
  private Path candidates;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "" + Integer.MAX_VALUE,
      showDefaultValue = Visibility.NEVER,
      description = "Use only the first N usable candidates.")
  private int limit;

  @Option(
      names = "--task",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Task files: {\"task\", \"queries\": [{\"id\", \"messages\"}], \"held_out\"?: [...]}. May"
              + " be repeated. Subsets are selected for the queries; losses are computed on both."
              + " Rules are refused; all other fields of the files are not used, since options of"
              + " this command stand in their place.")
  private List<Path> taskFiles = List.of();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Folder of the base model, in Hugging Face format, for gradients and hidden states and"
              + " for training (default: the bundled model).")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--checkpoint",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Folders of the model's LoRA warm-up checkpoints, all of one run, in the order of"
              + " training; needed for gradients of --model.")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--embedding-model",
      paramLabel = "DIR",
      description =
          "Folder of a sentence-transformers model with an ONNX export (default: the bundled"
              + " all-MiniLM-L6-v2).")
  private Optional<Path> embeddingModel = Optional.empty();

  @Option(
      names = "--representation",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "gradient,hidden-state,embedding",
      description =
          "The representations: gradient, hidden-state, hidden-state-mean (all tokens weigh the"
              + " same), embedding; separated by commas (default: ${DEFAULT-VALUE}).")
  private List<String> representations = List.of();

  @Option(
      names = "--algorithm",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "round-robin,doubly-greedy,knn-kde,uot",
      description =
          "The algorithms: round-robin, doubly-greedy, knn-uniform, knn-kde, uot; separated by"
              + " commas (default: ${DEFAULT-VALUE}). knn-uniform counts up to 5,000 neighbours of"
              + " a query, so that it hardly tells the candidates of a smaller pool apart.")
  private List<String> algorithms = List.of();

  @Option(
      names = "--budget",
      split = ",",
      paramLabel = "B",
      defaultValue = "50,200",
      description =
          "Numbers of examples to train on, ascending, separated by commas (default:"
              + " ${DEFAULT-VALUE}).")
  private List<Integer> budgets = List.of();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Number of trainings per subset, with the seeds 0 to N - 1; each seed also draws another"
              + " random subset (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--quantiles",
      paramLabel = "Q",
      defaultValue = "10",
      description =
          "Number of slices into which the ranking of the whole pool by round robin is cut; each is"
              + " trained on. 0 for none (default: ${DEFAULT-VALUE}).")
  private int quantiles;

  @Option(
      names = "--first",
      paramLabel = "F",
      description =
          "How many candidates of each slice are trained on, its best ones (default: the smallest"
              + " budget).")
  private Optional<Integer> first = Optional.empty();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over a subset (default: 2; for the bundled model 4).")
  private Optional<Integer> epochs = Optional.empty();

  @Mixin private HyperParameterOptions hyper;
  @Mixin private WeightOptions weights;
  @Mixin private DeviceOption device;
  @Mixin private ReadingOptions reading;

  @Option(
      names = "--skip-invalid",
      description = "Exit with 0 even when lines of the candidate file cannot be used.")
  private boolean skipInvalid;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "sluice-study",
      description =
          "Folder for the results, and for all that a continued study needs (default:"
              + " ${DEFAULT-VALUE}).")
  private Path out;

  /** Created by picocli, which then sets the fields. */
  public StudyCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireFitting();
    List<StudyTask> tasks = new ArrayList<>();
    for (Path file : taskFiles) {
      tasks.add(StudyTask.read(file));
    }
    StudyPlan plan = plan(tasks);
    PrintWriter err = spec.commandLine().getErr();
    UnusableLines unusable = new UnusableLines(candidates, err);
    FormOptions forms = reading.forms(List.of(candidates));
    CandidatesById pool = CandidatesById.read(candidates, forms, limit, unusable);
    if (pool.repeated() > 0) {
      err.printf(
          "%d candidates have the id of an earlier one, which they replace%n", pool.repeated());
    }
    try (StudyFolder folder = StudyFolder.open(out)) {
      WrittenModel folders =
          model.isPresent()
              ? new WrittenModel(model.get(), checkpoints)
              : BundledModel.write(folder.part("bundled-model"));
      Study study =
          new Study(
              plan,
              new Study.Source(candidates, reading(forms, pool.read())),
              pool.candidates(),
              tasks,
              named(folders),
              ComputeSettings.DEFAULT.on(device.choice()),
              trial(folders.base()));
      Study.Written written = study.run(folder, err);
      PrintWriter print = spec.commandLine().getOut();
      print.println(written.csv());
      print.println(written.json());
      print.println(written.page());
      print.flush();
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
    return skipInvalid || unusable.count() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static String reading(FormOptions forms, int read) {
    String first = "the first " + read;
    return forms.equals(FormOptions.DEFAULT) ? first : first + ", read as " + forms;
  }

  private void requireFitting() {
    if (limit < 1) {
      throw usage("--limit " + limit + ": use 1 or more");
    }
    if (model.isEmpty() && !checkpoints.isEmpty()) {
      throw usage("--checkpoint needs --model: the bundled model has checkpoints of its own");
    }
    WeightSettings chosen = weights.settings();
    if (chosen.dtype() != WeightType.FLOAT32 && chosen.compute() == ProductType.AUTO) {
      throw usage(
          "--compute auto with --dtype "
              + chosen.dtype().label()
              + ": a continued study must compute as it began, give --compute float32 or stored");
    }
    boolean gradients = representations.contains(RepresentationKind.GRADIENT.label());
    if (model.isPresent() && gradients && checkpoints.isEmpty()) {
      throw usage(
          "the representation gradient needs warm-up checkpoints of --model: give --checkpoint, or"
              + " leave gradient out of --representation");
    }
    if (!checkpoints.isEmpty() && !gradients) {
      throw usage("--checkpoint is for the representation gradient: add it, or leave them out");
    }
    boolean embeddings = representations.contains(RepresentationKind.EMBEDDING.label());
    if (embeddingModel.isPresent() && !embeddings) {
      throw usage(
          "--embedding-model is for the representation embedding: add it to --representation");
    }
    if (embeddings) {
      requireFittingEmbeddings();
    }
  }

  private void requireFittingEmbeddings() {
    try {
      RepresentationKind.EMBEDDING.requireFitting(device.choice());
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage() + ", or leave it out of --representation");
    }
  }

  private StudyPlan plan(List<StudyTask> tasks) {
    try {
      return new StudyPlan(
          tasks.stream().map(StudyTask::id).toList(),
          representations,
          algorithms,
          budgets,
          seeds,
          new StudyPlan.Slices(
              quantiles, first.orElseGet(() -> budgets.isEmpty() ? 1 : budgets.get(0))));
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
  }

  private List<NamedRepresentation> named(WrittenModel folders) {
    return representations.stream()
        .map(name -> new NamedRepresentation(name, settings(name, folders)))
        .toList();
  }

  private RepresentationSettings settings(String name, WrittenModel folders) {
    TextSettings text = hyper.textSettings();
    return switch (name) {
      case "gradient" ->
          settings(
              RepresentationKind.GRADIENT,
              Optional.of(folders.base()),
              folders.checkpoints(),
              text,
              StatePooling.WEIGHTED_MEAN);
      case "hidden-state", "hidden-state-mean" ->
          settings(
              RepresentationKind.HIDDEN_STATE,
              Optional.of(folders.base()),
              List.of(),
              text,
              name.equals("hidden-state") ? StatePooling.WEIGHTED_MEAN : StatePooling.MEAN);
      case "embedding" ->
          settings(
              RepresentationKind.EMBEDDING,
              embeddingModel,
              List.of(),
              // A sentence-embedding model has no chat template.
              TextSettings.reference(text.maxLength()),
              StatePooling.WEIGHTED_MEAN);
      default ->
          throw usage(
              "--representation "
                  + name
                  + ": use gradient, hidden-state, hidden-state-mean or embedding");
    };
  }

  private RepresentationSettings settings(
      RepresentationKind kind,
      Optional<Path> model,
      List<Path> checkpoints,
      TextSettings text,
      StatePooling pooling) {
    return new RepresentationSettings(
        kind,
        GradientForm.ADAM,
        model,
        checkpoints,
        Projection.DEFAULT,
        text,
        Prompts.OF_MODEL,
        pooling,
        kind.needsBaseModel() ? weights.settings() : WeightSettings.DEFAULT);
  }

  private FineTuneTrial trial(Path base) {
    TextSettings text = hyper.textSettings();
    TrainingCompute compute = hyper.compute(device.choice(), weights.settings());
    FineTuneTrial bundled = Comparison.trial(base, text, compute);
    TrainingHyperParameters others =
        model.isPresent() ? TrainingHyperParameters.DEFAULT : bundled.hyper();
    FineTuneMethod.NewAdapter adapter =
        model.isPresent() ? hyper.newAdapter() : hyper.newAdapter(bundled.adapter());
    try {
      return new FineTuneTrial(
          base,
          text,
          adapter,
          hyper.hyper(others.withEpochs(epochs.orElse(others.epochs()))),
          compute);
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
