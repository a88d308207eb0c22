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

/** {@code bundled-model}: trains the small model of the quickstart from random weights. */
@Command(
    description = {
      "Create the model that quickstart uses when none is given.",
      "Trains all weights, which are random at first, on the bundled candidates, and then an adapter"
          + " on a share of them (the warm-up). Prints the commands that do this, with their losses."
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

  /** The command of the warm-up with its options. */
  static final List<String> WARM_UP =
      List.of(
          "warmup",
          "--fraction=0.1",
          "--epochs=2",
          "--batch=32",
          "--learning-rate=1e-3",
          "--lora-rank=8",
          "--lora-alpha=32");

  /** The options that both training commands share. */
  static final List<String> SHARED_OPTIONS = List.of("--max-length=128", "--pack-tokens=1024");

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for base and warmup/checkpoint-N; existing files are replaced.")
  private Path out;

  @Option(
      names = "--seed",
      defaultValue = "" + BundledModel.SEED,
      paramLabel = "N",
      description = "Seed of the weights and of the training (default: ${DEFAULT-VALUE}).")
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

  private int run(List<String> options, String... files) {
    List<String> command = new ArrayList<>(options);
    command.addAll(SHARED_OPTIONS);
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
