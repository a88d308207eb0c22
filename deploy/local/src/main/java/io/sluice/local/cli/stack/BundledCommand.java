package io.sluice.local.cli.stack;

import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.bundled.WrittenModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bundled}: writes the data and the model of the quickstart as files. */
@Command(
    description =
        "Write the bundled data of the quickstart as files, to try the other commands with them:"
            + " candidates, target tasks, base model and warm-up checkpoints.")
public final class BundledCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder for candidates.jsonl.gz, target-TASK.json, base and warmup; created if needed.")
  private Path out;

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(out);
    BundledData.Written data = BundledData.write(out);
    WrittenModel model = BundledModel.write(out);
    PrintWriter print = spec.commandLine().getOut();
    print.println(data.candidates());
    data.tasks().forEach(print::println);
    print.println(model.base());
    model.checkpoints().forEach(print::println);
    print.flush();
    return ExitCode.OK;
  }
}
