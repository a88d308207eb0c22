package io.sluice.local.cli;

import io.sluice.local.cli.bench.BenchCommand;
import io.sluice.local.cli.deadletter.DeadLettersCommand;
import io.sluice.local.cli.job.DatasetCommand;
import io.sluice.local.cli.job.JobsCommand;
import io.sluice.local.cli.job.ResultsCommand;
import io.sluice.local.cli.offline.RepresentCommand;
import io.sluice.local.cli.offline.ScoreCommand;
import io.sluice.local.cli.offline.SelectCommand;
import io.sluice.local.cli.offline.StudyCommand;
import io.sluice.local.cli.offline.TokensCommand;
import io.sluice.local.cli.offline.TrainCommand;
import io.sluice.local.cli.offline.WarmupCommand;
import io.sluice.local.cli.pool.ExplainCommand;
import io.sluice.local.cli.pool.IngestCommand;
import io.sluice.local.cli.pool.PoolCommand;
import io.sluice.local.cli.pool.SelectedCommand;
import io.sluice.local.cli.pool.TaskCommand;
import io.sluice.local.cli.pool.VerifyCommand;
import io.sluice.local.cli.service.StreamsCommand;
import io.sluice.local.cli.service.TrainerCommand;
import io.sluice.local.cli.service.WorkerCommand;
import io.sluice.local.cli.stack.BundledCommand;
import io.sluice.local.cli.stack.BundledModelCommand;
import io.sluice.local.cli.stack.DevicesCommand;
import io.sluice.local.cli.stack.DoctorCommand;
import io.sluice.local.cli.stack.QuickstartCommand;
import io.sluice.local.cli.stack.TopicsCommand;
import io.sluice.local.cli.stack.UpCommand;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.HelpCommand;

/**
 * The commands of {@code sluice}, in the order in which its help lists them. Names of commands and
 * the JVM options with which the launcher starts each of them are defined only here.
 */
enum Subcommand {
  QUICKSTART("quickstart", QuickstartCommand.class, Jvm.SCORING),
  UP("up", UpCommand.class, Jvm.SCORING),
  INGEST("ingest", IngestCommand.class, Jvm.WORKING),
  TASK("task", TaskCommand.class, Jvm.BRIEF),
  SELECTED("selected", SelectedCommand.class, Jvm.BRIEF),
  POOL("pool", PoolCommand.class, Jvm.SCORING),
  VERIFY("verify", VerifyCommand.class, Jvm.SCORING),
  EXPLAIN("explain", ExplainCommand.class, Jvm.SCORING),
  JOBS("jobs", JobsCommand.class, Jvm.BRIEF),
  RESULTS("results", ResultsCommand.class, Jvm.WORKING),
  DATASET("dataset", DatasetCommand.class, Jvm.WORKING),
  DEAD_LETTERS("dead-letters", DeadLettersCommand.class, Jvm.BRIEF),
  SELECT("select", SelectCommand.class, Jvm.WORKING),
  SCORE("score", ScoreCommand.class, Jvm.SCORING),
  TOKENS("tokens", TokensCommand.class, Jvm.BRIEF),
  REPRESENT("represent", RepresentCommand.class, Jvm.REPRESENTING),
  WARMUP("warmup", WarmupCommand.class, Jvm.WORKING),
  TRAIN("train", TrainCommand.class, Jvm.WORKING),
  STUDY("study", StudyCommand.class, Jvm.SCORING),
  BUNDLED("bundled", BundledCommand.class, Jvm.WORKING),
  BUNDLED_MODEL("bundled-model", BundledModelCommand.class, Jvm.WORKING),
  BENCH("bench", BenchCommand.class, Jvm.MEASURING),
  WORKER("worker", WorkerCommand.class, Jvm.REPRESENTING),
  TRAINER("trainer", TrainerCommand.class, Jvm.RESILIENT),
  STREAMS("streams", StreamsCommand.class, Jvm.SCORING),
  TOPICS("topics", TopicsCommand.class, Jvm.BRIEF),
  DEVICES("devices", DevicesCommand.class, Jvm.WORKING),
  DOCTOR("doctor", DoctorCommand.class, Jvm.WORKING),
  HELP("help", HelpCommand.class, Jvm.BRIEF),
  GENERATE_COMPLETION("generate-completion", GenerateCompletion.class, Jvm.BRIEF);

  /** Variables that tell the allocator of the C library, glibc's, how to work. */
  private static final class Malloc {
    /**
     * All threads share one arena. By default, each has an arena of its own, which keeps what a
     * thread has freed for that thread: several hundred MB with a large model.
     */
    static final List<String> ONE_ARENA = List.of("MALLOC_ARENA_MAX=1");

    private Malloc() {}
  }

  /**
   * How the JVM of a command is started, by the kind of work that the command does: variables of
   * the environment, then options. A variable that is set already stays as it is.
   */
  enum Jvm {
    /** Ends before optimized code would pay off: uses the fast compiler (C1) only. */
    BRIEF("-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=1"),
    /**
     * Exits when memory runs out instead of running on in an unknown state, so that a supervisor
     * can restart it.
     */
    WORKING("-XX:+ExitOnOutOfMemoryError"),
    /** Scores with vector instructions of the processor, whose API is in an incubator module. */
    SCORING("-XX:+ExitOnOutOfMemoryError", "--add-modules=jdk.incubator.vector"),
    /** Keeps a large model in native memory. */
    REPRESENTING(Malloc.ONE_ARENA, "-XX:+ExitOnOutOfMemoryError"),
    /** Measures what the others do, in the same memory. */
    MEASURING(
        Malloc.ONE_ARENA, "-XX:+ExitOnOutOfMemoryError", "--add-modules=jdk.incubator.vector"),
    /** Survives when a job runs out of memory: the job fails, and the next one is taken. */
    RESILIENT();

    private final List<String> options;

    Jvm(String... options) {
      this(List.of(), options);
    }

    Jvm(List<String> variables, String... options) {
      this.options = Stream.concat(variables.stream(), Stream.of(options)).toList();
    }

    /** The variables, {@code NAME=VALUE}, and the options, each a single word. */
    List<String> options() {
      return options;
    }
  }

  /** These commands describe all the others, so that they need all of them. */
  private static final Set<Subcommand> ABOUT_ALL = EnumSet.of(HELP, GENERATE_COMPLETION);

  private static final Set<String> VERSION = Set.of("-V", "--version");

  private final String label;
  private final Class<?> command;
  private final Jvm jvm;

  Subcommand(String label, Class<?> command, Jvm jvm) {
    this.label = label;
    this.command = command;
    this.jvm = jvm;
  }

  /** The name on the command line. */
  String label() {
    return label;
  }

  /** The class of the command, which picocli instantiates. */
  Class<?> command() {
    return command;
  }

  Jvm jvm() {
    return jvm;
  }

  /**
   * How the JVMs of all commands are started, as the launcher reads it: a line for each command
   * with its name, its variables and its options, separated by spaces. The last line, with the name
   * {@code *}, applies to every other call.
   */
  static List<String> jvmOptions() {
    Stream<String> commands = Stream.of(values()).map(each -> line(each.label, each.jvm));
    return Stream.concat(commands, Stream.of(line("*", Jvm.WORKING))).toList();
  }

  private static String line(String name, Jvm jvm) {
    return String.join(" ", name, String.join(" ", jvm.options())).strip();
  }

  /**
   * The commands that picocli has to know in order to execute these arguments. Reading the options
   * of all commands by reflection takes longer than most commands run. Nearly every call names its
   * command first and needs only this one.
   */
  static Set<Subcommand> neededFor(String... args) {
    if (args.length == 1 && VERSION.contains(args[0])) {
      return EnumSet.noneOf(Subcommand.class);
    }
    for (Subcommand each : values()) {
      if (args.length > 0 && each.label.equals(args[0]) && !ABOUT_ALL.contains(each)) {
        return EnumSet.of(each);
      }
    }
    return EnumSet.allOf(Subcommand.class);
  }
}
