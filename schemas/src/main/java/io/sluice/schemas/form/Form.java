package io.sluice.schemas.form;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A form of examples, recognised by the fields that it cannot do without. */
public enum Form {
  /** Preference data, of which only the chosen answer is taken, and only on request. */
  PREFERENCE("chosen", "rejected"),
  /** The form of OpenAI and Hugging Face: turns with {@code role} and {@code content}. */
  MESSAGES("messages"),
  /** The form of ShareGPT: turns with {@code from} and {@code value}. */
  SHAREGPT("conversations"),
  /** The form of WildChat: turns as in {@link #MESSAGES} under another name. */
  CONVERSATION("conversation"),
  /** The form of Alpaca; {@code input}, {@code history} and {@code system} are optional. */
  ALPACA("instruction", "output"),
  /** A prompt and its completion: texts, or lists of turns. */
  PROMPT_COMPLETION("prompt", "completion");

  private final List<String> fields;

  Form(String... fields) {
    this.fields = List.of(fields);
  }

  /** The fields that an example of this form must have. */
  List<String> fields() {
    return fields;
  }

  /** The fields that examples of some form must have. */
  static Set<String> allFields() {
    return Arrays.stream(values())
        .flatMap(form -> form.fields.stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The name in options and reports, such as {@code prompt-completion}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the form with a label. */
  public static Optional<Form> of(String label) {
    return Arrays.stream(values()).filter(form -> form.label().equals(label)).findFirst();
  }

  /** All labels, for messages. */
  public static String labels() {
    return Arrays.stream(values()).map(Form::label).collect(Collectors.joining(", "));
  }
}
