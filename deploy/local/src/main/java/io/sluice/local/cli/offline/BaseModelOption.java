package io.sluice.local.cli.offline;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option with which commands that compute with a model take its folder. */
public final class BaseModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the base model, in Hugging Face format.")
  private Path folder;

  /** Created by picocli, which then sets the field. */
  public BaseModelOption() {}

  /** The folder that was given. */
  public Path folder() {
    return folder;
  }
}
