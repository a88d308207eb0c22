package io.sluice.local.cli.options;

import io.sluice.schemas.file.MappedColumns;
import io.sluice.schemas.form.Form;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
              + " given several times. Some example must have the column.")
  private List<String> fields = new ArrayList<>();

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
   * @param files the files that the command will read with them
   * @throws ParameterException when an option has a value that does not exist, such as a column
   *     that no example of the files has
   * @throws IOException when columns are mapped and a file cannot be opened
   */
  public FormOptions forms(List<Path> files) throws IOException {
    FormOptions forms = forms();
    try {
      MappedColumns.require(forms, files);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--field " + e.getMessage(), e);
    }
    return forms;
  }

  private FormOptions forms() {
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
      return new FormOptions(form, columns(), take.isPresent());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--field: " + e.getMessage(), e);
    }
  }

  private Map<String, String> columns() {
    Map<String, String> columns = new TreeMap<>();
    for (String field : fields) {
      String[] parts = field.split("=", 2);
      if (parts.length != 2 || parts[1].isEmpty()) {
        throw new IllegalArgumentException("'" + field + "' is not NAME=COLUMN");
      }
      if (columns.put(parts[0], parts[1]) != null) {
        throw new IllegalArgumentException(
            "the field '" + parts[0] + "' is given twice: give it once");
      }
    }
    return columns;
  }
}
