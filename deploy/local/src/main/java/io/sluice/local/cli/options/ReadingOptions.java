package io.sluice.local.cli.options;

import io.sluice.schemas.form.Form;
import io.sluice.schemas.form.FormOptions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of all commands that read examples which do not say by their fields how. */
public final class ReadingOptions {
  private static final String CHOSEN = "chosen";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--format",
      paramLabel = "FORM",
      description =
          "The form of all examples: messages, sharegpt, conversation, alpaca, prompt-completion"
              + " or preference (default: each is recognised by its fields).")
  private Optional<String> format;

  @Option(
      names = "--field",
      paramLabel = "NAME=COLUMN",
      description =
          "Read the column COLUMN as the field NAME of the form, such as output=response; may be"
              + " given several times.")
  private Map<String, String> fields = new TreeMap<>();

  @Option(
      names = "--take",
      paramLabel = "chosen",
      description = "Learn the chosen answers of preference data, which is refused otherwise.")
  private Optional<String> take;

  /** Called by picocli. */
  public ReadingOptions() {}

  /**
   * Returns the options as the readers of examples take them.
   *
   * @throws ParameterException when an option has a value that does not exist
   */
  public FormOptions forms() {
    if (take.isPresent() && !take.get().equals(CHOSEN)) {
      throw new ParameterException(
          spec.commandLine(), "--take " + take.get() + ": there is only --take chosen");
    }
    Optional<Form> form = format.flatMap(Form::of);
    if (format.isPresent() && form.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--format " + format.get() + ": use one of " + Form.labels());
    }
    try {
      return new FormOptions(form, fields, take.isPresent());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--field: " + e.getMessage(), e);
    }
  }
}
