package io.sluice.local.cli.stack;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.cli.Sluice;
import io.sluice.local.stack.CloseStack;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bundled-model}: the small model of a quickstart, from random weights on. */
@Command(
    description = {
      "Make the model that quickstart uses when none is given.",
      "From seeded random weights, all are trained on the bundled candidates, then an adapter is"
          + " warmed up on a share of them. The commands that do it are printed, with their losses."
          + " The same seed gives the same files on the same kind of processor."
    })
public final class BundledModelCommand implements Callable<Integer> {
  private static final List<String> ALL_WEIGHTS =
      List.of(
          "train",
          "--full",
          "--epochs=4",
          "--batch=32",
          "--learning-rate=3e-3",
          "--warmup-ratio=0.05");

  /** Command and settings of the warm-up. */
  static final List<String> WARM_UP =
      List.of(
          "warmup",
          "--fraction=0.1",
          "--epochs=2",
          "--batch=32",
          "--learning-rate=1e-3",
          "--lora-rank=8",
          "--lora-alpha=32");

  /** Settings of both trainings. */
  static final List<String> BOTH = List.of("--max-length=128", "--pack-tokens=1024");

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Receives base and warmup/checkpoint-N; files in it are replaced.")
  private Path out;

  @Option(
      names = "--seed",
      defaultValue = "" + BundledModel.SEED,
      paramLabel = "N",
      description = "Of the weights and of the training (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() throws IOException {
    try (CloseStack parts = new CloseStack()) {
      Path folder = Files.createTempDirectory("sluice-bundled-model");
      parts.push(() -> Utils.delete(folder.toFile()));
      Path candidates = BundledData.write(folder.resolve("data")).candidates();
      Path untrained = BundledModel.untrained(folder.resolve("untrained"), seed).base();
      Path base = folder.resolve("base");
      int result =
          run(ALL_WEIGHTS, "--model=" + untrained, "--data=" + candidates, "--out=" + base);
      if (result == ExitCode.OK) {
        Path warmup = folder.resolve("warmup");
        result = run(WARM_UP, "--model=" + base, "--candidates=" + candidates, "--out=" + warmup);
      }
      if (result == ExitCode.OK) {
        BundledModel.gather(folder, out);
      }
      return result;
    }
  }

  private int run(List<String> settings, String... files) {
    List<String> command = new ArrayList<>(settings);
    command.addAll(BOTH);
    command.add("--seed=" + seed);
    command.addAll(List.of(files));
    PrintWriter print = spec.commandLine().getOut();
    print.println("sluice " + String.join(" ", command));
    print.flush();
    String[] arguments = command.toArray(String[]::new);
    return Sluice.commandLine(arguments)
        .setOut(print)
        .setErr(spec.commandLine().getErr())
        .execute(arguments);
  }
}
