package io.sluice.local.cli.options;

import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.worker.WorkerSettings;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options with which commands choose how messages become text. */
public final class TextFormOptions {
  private static final String FORM = "--text-form";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = FORM,
      defaultValue = "reference",
      completionCandidates = Labels.class,
      paramLabel = "FORM",
      description =
          "How messages become text: reference, the published <|role|> form, or chat, the model's own"
              + " chat template (default: ${DEFAULT-VALUE}).")
  private String label;

  @Option(
      names = "--chat-date",
      paramLabel = "YYYY-MM-DD",
      description =
          "The date for chat templates that ask for today's date (default: 2024-07-26, on every"
              + " day). Only with --text-form chat.")
  private Optional<LocalDate> date = Optional.empty();

  /** The names of the forms, for help texts and completion. */
  static final class Labels implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return TextForm.labels().iterator();
    }
  }

  /** Created by picocli, which then sets the fields. */
  public TextFormOptions() {}

  /** The settings of a worker, by key, that the given ones of these options stand for. */
  public Map<String, String> given() {
    Map<String, String> given = new HashMap<>();
    if (spec.commandLine().getParseResult().hasMatchedOption(FORM)) {
      given.put(WorkerSettings.TEXT_FORM.key(), label);
    }
    date.ifPresent(value -> given.put(WorkerSettings.CHAT_DATE.key(), value.toString()));
    return given;
  }

  /**
   * The chosen form.
   *
   * @throws ParameterException when there is no such form, or it has no date
   */
  public TextForm form() {
    TextForm form;
    try {
      form = TextForm.of(label, date.orElse(TextForm.DEFAULT_DATE));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--text-form: " + e.getMessage(), e);
    }
    if (date.isPresent() && !(form instanceof TextForm.Chat)) {
      throw new ParameterException(
          spec.commandLine(), "--chat-date is for --text-form chat: give both, or neither");
    }
    return form;
  }
}
