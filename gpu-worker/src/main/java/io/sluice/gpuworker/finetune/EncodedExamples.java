package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Examples encoded as tokens of a model.
 *
 * @param usable the examples that a model can learn from, in the given order
 * @param refused the other examples, in the given order
 * @param tokenizer hash of the tokenizer, see {@link Tokens#hash}
 */
public record EncodedExamples(
    List<Encoded.Example> usable, List<Refused> refused, String tokenizer) {
  /** Copies the lists. */
  public EncodedExamples {
    usable = List.copyOf(usable);
    refused = List.copyOf(refused);
  }

  /**
   * An example from which a model cannot learn anything.
   *
   * @param index index of the example in the given list, from 0
   * @param reason why, as a phrase for people
   */
  public record Refused(int index, String reason) {}

  /**
   * Encodes examples with a model's tokenizer.
   *
   * @param model folder of the model, in Hugging Face format
   * @param texts conversations, or prompts with answers
   * @throws IOException when the tokenizer or the chat template is missing or unusable; the message
   *     says why
   */
  public static EncodedExamples of(Path model, TextSettings settings, List<? extends Text> texts)
      throws IOException {
    List<Encoded.Example> usable = new ArrayList<>();
    List<Refused> refused = new ArrayList<>();
    try (Tokens tokens = settings.tokens(model)) {
      ExampleEncoder encoder = settings.encoder(model, tokens);
      for (int i = 0; i < texts.size(); i++) {
        int index = i;
        boolean unused =
            encoder
                .encode(texts.get(i))
                .match(usable::add, refusal -> refused.add(new Refused(index, refusal.reason())));
      }
      return new EncodedExamples(usable, refused, tokens.hash());
    }
  }
}
