package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.chat.ChatTemplateFiles;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.schemas.validation.ForeignText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
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
    public static final String LABEL = "reference";

    @Override
    public ExampleEncoder encoder(Path model, Tokens tokens, QueryMode queries, int maxLength) {
      return new ReferenceEncoder(tokens, queries, maxLength);
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
    public ExampleEncoder encoder(Path model, Tokens tokens, QueryMode queries, int maxLength)
        throws IOException {
      return new ChatEncoder(
          ChatTemplateFiles.read(model, date.atStartOfDay()), date, tokens, queries, maxLength);
    }
  }

  /**
   * A form by which examples were encoded before, so that others are encoded exactly alike.
   *
   * @param description what {@link ExampleEncoder#textForm} returned then
   */
  record Recorded(String description) implements TextForm {
    /**
     * {@inheritDoc}
     *
     * @throws UnusableModelException when the description is not one, or the model's chat template
     *     is another than the recorded one
     */
    @Override
    public ExampleEncoder encoder(Path model, Tokens tokens, QueryMode queries, int maxLength)
        throws IOException {
      ExampleEncoder encoder = form().encoder(model, tokens, queries, maxLength);
      if (!encoder.textForm().equals(description)) {
        throw new UnusableModelException(
            "the examples were selected in the text form '%s', but that of %s is '%s': use a model with the same chat template and special tokens"
                .formatted(ForeignText.name(description), model, encoder.textForm()));
      }
      return encoder;
    }

    private TextForm form() throws UnusableModelException {
      String[] words = description.split(" ", -1);
      try {
        if (words[0].equals(Chat.LABEL) && words.length == 3) {
          return new Chat(LocalDate.parse(words[2]));
        }
        return of(words[0], DEFAULT_DATE);
      } catch (IllegalArgumentException | DateTimeException e) {
        throw new UnusableModelException(
            "the examples were selected in the text form '%s', which this version does not know: use the version that selected them, or a later one"
                .formatted(ForeignText.name(description)),
            e);
      }
    }
  }

  /**
   * Creates the encoder of a model in this form.
   *
   * @param model folder of the model
   * @param tokens the model's tokenizer, which truncates texts to {@code maxLength}; the encoder
   *     does not close it
   * @param queries the part of a query that is used
   * @param maxLength the maximum number of tokens in a candidate, in the prompt of a query, and in
   *     the answer of a query
   * @throws IOException when the form needs a file of the model that is missing or unusable; the
   *     message names it and says what to do
   */
  ExampleEncoder encoder(Path model, Tokens tokens, QueryMode queries, int maxLength)
      throws IOException;

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
