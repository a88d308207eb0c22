package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.chat.ChatTemplateFiles;
import io.sluice.gpuworker.model.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/** How the messages of an example become text. */
public sealed interface TextForm {
  /** The date that chat templates are given which ask for today's, unless another one is chosen. */
  LocalDate DEFAULT_DATE = LocalDate.of(2024, 7, 26);

  /** The published form. */
  TextForm REFERENCE = new Reference();

  /** The published form, {@code <|role|>} and the content of each message; for any model. */
  record Reference() implements TextForm {
    static final String LABEL = "reference";

    @Override
    public ExampleEncoder encoder(Path model, Tokens tokens, int maxLength) {
      return new ReferenceEncoder(tokens, maxLength);
    }
  }

  /**
   * The model's own chat template.
   *
   * @param date the date that a template is given which asks for today's: a fixed one, so that an
   *     example has the same text, and the same vectors, on every day
   */
  record Chat(LocalDate date) implements TextForm {
    static final String LABEL = "chat";

    @Override
    public ExampleEncoder encoder(Path model, Tokens tokens, int maxLength) throws IOException {
      return new ChatEncoder(
          ChatTemplateFiles.read(model, date.atStartOfDay()), date, tokens, maxLength);
    }
  }

  /**
   * Creates the encoder of a model in this form.
   *
   * @param model folder of the model
   * @param tokens the model's tokenizer, which truncates texts to {@code maxLength}; the encoder
   *     does not close it
   * @param maxLength the maximum number of tokens in a candidate, in the prompt of a query, and in
   *     the answer of a query
   * @throws IOException when the form needs a file of the model that is missing or unusable; the
   *     message names it and says what to do
   */
  ExampleEncoder encoder(Path model, Tokens tokens, int maxLength) throws IOException;

  /** The names of all forms. */
  static List<String> labels() {
    return List.of(Reference.LABEL, Chat.LABEL);
  }

  /**
   * The form with a given name.
   *
   * @param date for the chat form
   * @throws IllegalArgumentException when there is no such form; the message lists all names
   */
  static TextForm of(String label, LocalDate date) {
    return switch (label) {
      case Reference.LABEL -> REFERENCE;
      case Chat.LABEL -> new Chat(date);
      default ->
          throw new IllegalArgumentException(
              "text form " + label + ": use " + String.join(" or ", labels()));
    };
  }
}
