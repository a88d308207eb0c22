package io.sluice.local.cli.bench;

import io.sluice.local.bundled.LlamaShape;
import io.sluice.local.bundled.RandomModel;
import io.sluice.local.bundled.WrittenModel;
import io.sluice.local.console.LateBar;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code bench model}: writes a model to measure with. */
@Command(
    name = "model",
    description = {
      "Write a model with random weights in bfloat16, of the shape of a published one, with LoRA"
          + " checkpoints.",
      "It is to measure memory and speed with, and represents nothing. Its tokenizer is the bundled"
          + " one."
    })
final class BenchModelCommand implements Callable<Integer> {
  private static final long SEED = 2029;
  private static final long BYTES_PER_STEP = 1 << 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--shape",
      defaultValue = "llama-3.2-1b",
      converter = ShapeName.class,
      paramLabel = "NAME",
      description = "The shape: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private PublishedShape shape;

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Write this many layers (default: all of the shape).")
  private Optional<Integer> layers;

  @Mixin private AdapterOptions adapters;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder that is created for it.")
  private Path out;

  /** Parses shapes by their names. */
  static final class ShapeName implements ITypeConverter<PublishedShape> {
    @Override
    public PublishedShape convert(String name) {
      return Arrays.stream(PublishedShape.values())
          .filter(shape -> shape.toString().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      name + ": use one of " + Arrays.toString(PublishedShape.values())));
    }
  }

  @Override
  public Integer call() throws IOException {
    if (Files.exists(out)) {
      throw new ParameterException(
          spec.commandLine(), "--out " + out + " exists: name a folder that does not");
    }
    LlamaShape sizes;
    try {
      sizes = shape.with(layers.orElse(shape.layers()), adapters.rank(), adapters.checkpoints());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    WrittenModel written = write(sizes);
    PrintWriter print = spec.commandLine().getOut();
    print.println("--model " + written.base());
    print.println(
        "--checkpoint "
            + String.join(" ", written.checkpoints().stream().map(Path::toString).toList()));
    print.flush();
    return ExitCode.OK;
  }

  private WrittenModel write(LlamaShape sizes) throws IOException {
    long steps = RandomModel.narrowBytes(sizes) / BYTES_PER_STEP;
    long[] bytes = {0};
    try (LateBar bar = new LateBar("Writing MiB", steps)) {
      return RandomModel.writeNarrow(
          out,
          sizes,
          SEED,
          more -> {
            long before = bytes[0] / BYTES_PER_STEP;
            bytes[0] += more;
            bar.stepBy(bytes[0] / BYTES_PER_STEP - before);
          });
    }
  }
}
