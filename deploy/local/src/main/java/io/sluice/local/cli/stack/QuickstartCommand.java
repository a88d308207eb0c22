package io.sluice.local.cli.stack;

import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.local.cli.offline.DevicesOption;
import io.sluice.local.cli.offline.WeightOptions;
import io.sluice.local.cli.options.KindName;
import io.sluice.local.cli.options.KindNames;
import io.sluice.local.cli.options.ReadingOptions;
import io.sluice.local.cli.options.TextFormOptions;
import io.sluice.local.cli.process.Logging;
import io.sluice.local.cli.process.Shutdown;
import io.sluice.local.quickstart.Arms;
import io.sluice.local.quickstart.ArmsTable;
import io.sluice.local.quickstart.Comparison;
import io.sluice.local.quickstart.ModelFolders;
import io.sluice.local.quickstart.Outcome;
import io.sluice.local.quickstart.OutcomeTable;
import io.sluice.local.quickstart.ProgressDisplay;
import io.sluice.local.quickstart.Quickstart;
import io.sluice.local.quickstart.QuickstartPlan;
import io.sluice.local.stack.CloseStack;
import io.sluice.local.stack.LocalStack;
import io.sluice.local.stack.RegistryProcess;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.connection.LocalStackFile;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code quickstart}: runs the whole pipeline on this machine, and stops it again. */
@Command(
    description = {
      "Run the whole pipeline on this machine: select a subset of the candidates for every task.",
      "Starts a broker, a schema registry, a worker and the streams-app, sends the candidates,"
          + " writes each task's subset in selection order as JSON lines, and stops. Without options,"
          + " it uses bundled data and a small bundled model."
    })
public final class QuickstartCommand implements Callable<Integer> {
  private static final String LOG = "quickstart.log";
  private static final Duration STOP_WITHIN = Duration.ofSeconds(30);

  @Spec private CommandSpec spec;

  @Option(
      names = "--candidates",
      paramLabel = "FILE",
      description =
          "JSON lines, a JSON array or Parquet, in any form that the command ingest reads, such as"
              + " {\"id\"?, \"source\"?, \"messages\"}; plain, gzip or zstd.")
  private Optional<Path> candidates;

  @Mixin private ReadingOptions reading;

  @Option(
      names = "--task",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Task files: {\"task\", \"queries\": [{\"id\", \"messages\"}], \"budgets\"?}. May be"
              + " repeated.")
  private List<Path> tasks = List.of();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Folder of the base model, in Hugging Face format. With --kind embedding: of a"
              + " sentence-transformers model with an ONNX export.")
  private Optional<Path> model;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      defaultValue = "gradient",
      converter = KindName.class,
      completionCandidates = KindNames.class,
      description =
          "What represents an example: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). Without"
              + " --model, gradient and hidden-state use the bundled language model, and embedding the"
              + " bundled all-MiniLM-L6-v2.")
  private RepresentationKind kind;

  @Option(
      names = "--checkpoint",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Folders of the model's warm-up checkpoints (PEFT LoRA), in the order of training. May be"
              + " repeated.")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--budget",
      split = ",",
      paramLabel = "B",
      description =
          "Subset sizes for every task, ascending (default: those in the task file, or 50,100,200).")
  private List<Integer> budgets = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "9223372036854775807",
      showDefaultValue = Visibility.NEVER,
      description = "Send only the first N usable candidates.")
  private long limit;

  @Option(
      names = "--skip-invalid",
      description = "Exit with 0 even when lines of the candidate file cannot be used.")
  private boolean skipInvalid;

  @Mixin private TextFormOptions text;

  @Option(
      names = "--max-length",
      paramLabel = "TOKENS",
      defaultValue = "" + TextSettings.DEFAULT_MAX_LENGTH,
      description =
          "The number of tokens after which an example is truncated (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(
      names = "--dimension",
      paramLabel = "N",
      defaultValue = "" + Projection.DEFAULT_DIMENSION,
      description =
          "Number of values of a sketch, a multiple of 8 from 8 to 262144 (default:"
              + " ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description =
          "Encoding of candidates: FLOAT16, INT8, INT4 or SIGN (default: SIGN for gradients, FLOAT16"
              + " for the other kinds).")
  private Optional<FeatureEncoding> encoding;

  @Mixin private WeightOptions weights;
  @Mixin private DevicesOption devices;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "sluice-out",
      description = "Folder for the subsets and the log (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Data directory, which is kept and can be used again (default: a temporary one, or"
              + " ~/.sluice/stack with --keep).")
  private Optional<Path> data;

  @Option(names = "--keep", description = "Keep running until Ctrl-C after everything is selected.")
  private boolean keep;

  @Option(
      names = "--train",
      description =
          "Also train the bundled model on each task's subset and on random subsets of the same"
              + " size, and show the losses on the task's queries.")
  private boolean train;

  @Option(
      names = "--train-seeds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Number of trainings per subset, with different seeds (default: ${DEFAULT-VALUE}).")
  private int trainSeeds;

  @Override
  public Integer call() throws Exception {
    QuickstartPlan plan = plan();
    Logging.toFile(out.resolve(LOG));
    try {
      return Shutdown.runInterruptibly(STOP_WITHIN, () -> run(plan));
    } catch (IOException | RuntimeException e) {
      spec.commandLine().getErr().printf("The log is %s%n", out.resolve(LOG));
      throw e;
    }
  }

  private QuickstartPlan plan() throws IOException {
    if (kind.needsCheckpoints() && model.isPresent() == checkpoints.isEmpty()) {
      throw usage("--model and --checkpoint go together: give both or neither");
    }
    if (!kind.needsCheckpoints() && !checkpoints.isEmpty()) {
      throw usage(
          "--checkpoint is for the kind gradient: leave it out with --kind " + kind.label());
    }
    if (train && model.isPresent()) {
      throw usage(
          "--train is for the bundled model: train yours on the subsets with 'sluice train'");
    }
    if (trainSeeds < 1) {
      throw usage("--train-seeds " + trainSeeds + ": use 1 or more");
    }
    FormOptions forms = reading.forms(candidates.map(List::of).orElse(List.of()));
    if (candidates.isEmpty() && !forms.equals(FormOptions.DEFAULT)) {
      throw usage(
          "--format, --field and --take say how your own candidates are read: give --candidates");
    }
    try {
      QuickstartPlan plan =
          new QuickstartPlan(
              candidates,
              forms,
              tasks,
              model.map(base -> new ModelFolders(base, checkpoints)),
              budgets,
              limit,
              new QuickstartPlan.Features(
                  kind,
                  TextSettings.of(text.form(), maxLength),
                  dimension,
                  encoding.orElse(kind.defaultEncoding()),
                  weights.settings(),
                  devices.choice()),
              out,
              keep);
      plan.check();
      if (train) {
        plan.checkForTraining();
      }
      return plan;
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
  }

  private int run(QuickstartPlan plan) throws IOException, InterruptedException {
    PrintWriter console = spec.commandLine().getOut();
    AtomicLong invalid = new AtomicLong();
    try (CloseStack parts = new CloseStack()) {
      LocalStack.Settings settings =
          LocalStack.Settings.in(directory(parts), RegistryProcess.distribution());
      ProgressDisplay display = parts.push(ProgressDisplay.onConsole(console));
      new Quickstart(plan, settings, display)
          .run(
              outcome -> {
                invalid.set(outcome.feed().invalid());
                OutcomeTable.print(outcome, console);
                if (train) {
                  ArmsTable.print(compareByTraining(outcome, plan), trainSeeds, console);
                }
                if (keep) {
                  printConnection(outcome, settings.directory(), console);
                }
              });
    }
    return invalid.get() > 0 && !skipInvalid ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private List<Arms> compareByTraining(Outcome outcome, QuickstartPlan plan)
      throws IOException, InterruptedException {
    try (CloseStack parts = new CloseStack()) {
      Path folder = Files.createTempDirectory("sluice-quickstart-training");
      parts.push(() -> Utils.delete(folder.toFile()));
      PrintWriter console = spec.commandLine().getOut();
      console.println();
      ProgressDisplay display = parts.push(ProgressDisplay.onConsole(console));
      Comparison comparison = new Comparison(outcome, plan.features(), folder, display);
      List<Arms> arms = new ArrayList<>();
      for (Outcome.Task task : outcome.tasks()) {
        if (!task.subset().entries().isEmpty()) {
          arms.add(comparison.of(task, trainSeeds));
        }
      }
      return arms;
    }
  }

  private Path directory(CloseStack parts) throws IOException {
    if (data.isPresent()) {
      return data.get();
    }
    if (keep) {
      return LocalStackFile.defaultDirectory();
    }
    Path temporary = Files.createTempDirectory("sluice-quickstart");
    parts.push(() -> Utils.delete(temporary.toFile()));
    return temporary;
  }

  private static void printConnection(Outcome outcome, Path directory, PrintWriter console) {
    Path properties = LocalStackFile.in(directory).path();
    console.printf("%nStill running. Ctrl-C stops; the data are kept in %s.%n", directory);
    outcome.kafka().forEach((key, value) -> console.printf("  %s=%s%n", key, value));
    console.printf("The page to look at: %s/%n", outcome.api());
    console.printf("The streams-app's HTTP API: %s/api/tasks%n", outcome.api());
    console.printf(
        "Topics to consume: %1$sselected (subsets), %1$sfine-tune-jobs and %1$sfine-tune-datasets"
            + " (jobs), %1$stask-status (progress).%n",
        outcome.kafka().get("topic.prefix"));
    console.printf("Consume them with isolation.level=read_committed, or use the commands%n");
    console.printf(
        "  sluice selected %s --budget %d --config %s%n",
        outcome.tasks().get(0).status().getTaskId(),
        outcome.tasks().get(0).subset().entries().size(),
        properties);
    console.printf("  sluice jobs --config %s%n", properties);
    console.printf("  sluice ingest MORE.jsonl --config %s%n", properties);
    console.flush();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
