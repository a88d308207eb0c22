package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Examples as tokens of a model.
 *
 * @param usable in order
 * @param refused the others, in order
 */
public record EncodedExamples(List<Encoded.Example> usable, List<Refused> refused) {
  /** Copies the lists. */
  public EncodedExamples {
    usable = List.copyOf(usable);
    refused = List.copyOf(refused);
  }

  /**
   * An example from which nothing can be learnt.
   *
   * @param index in what was given, from 0
   * @param reason for people
   */
  public record Refused(int index, String reason) {}

  /**
   * Encodes examples with a model's tokenizer, each by its form.
   *
   * @param maxLength tokens after which a candidate is cut, and a query's prompt and answer each
   * @throws IOException when the tokenizer cannot be used; says why
   */
  public static EncodedExamples of(Path model, int maxLength, List<? extends Text> texts)
      throws IOException {
    List<Encoded.Example> usable = new ArrayList<>();
    List<Refused> refused = new ArrayList<>();
    try (Tokens tokens = Tokens.open(model, maxLength)) {
      ExampleEncoder encoder = new ExampleEncoder(tokens, maxLength);
      for (int i = 0; i < texts.size(); i++) {
        Encoded encoded = encoder.encode(texts.get(i));
        if (encoded instanceof Encoded.Example example) {
          usable.add(example);
        } else if (encoded instanceof Encoded.Refused because) {
          refused.add(new Refused(i, because.reason()));
        }
      }
    }
    return new EncodedExamples(usable, refused);
  }
}
