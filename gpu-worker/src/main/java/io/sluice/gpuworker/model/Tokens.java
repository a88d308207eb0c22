package io.sluice.gpuworker.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A model's tokenizer: text to token ids, cut at a length.
 *
 * <p>Settings for truncation and padding that were left in {@code tokenizer.json} are ignored.
 * Thread-safe.
 */
public final class Tokens implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final String endToken;

  private Tokens(HuggingFaceTokenizer tokenizer, String endToken) {
    this.tokenizer = tokenizer;
    this.endToken = endToken;
  }

  /**
   * Opens the tokenizer of a model folder: {@code tokenizer.json}, and {@code
   * tokenizer_config.json} for the name of the end token.
   *
   * @param maxLength the most ids that a text becomes
   * @throws UnusableModelException when a file is missing or names no end token
   */
  public static Tokens open(Path modelFolder, int maxLength) throws IOException {
    Path file =
        UnusableModelException.required(
            modelFolder,
            "tokenizer.json",
            "save the tokenizer in the fast format: AutoTokenizer.from_pretrained(model)"
                + ".save_pretrained(folder)");
    JsonFile config =
        JsonFile.read(
            UnusableModelException.required(
                modelFolder,
                "tokenizer_config.json",
                "it names the end token (eos_token); copy it from where the model came from"));
    String endToken =
        config
            .field("eos_token")
            .flatMap(Tokens::tokenText)
            .orElseThrow(
                () ->
                    new UnusableModelException(
                        config.path() + " names no eos_token: add the token that ends an answer"));
    String limit = Integer.toString(maxLength);
    Map<String, String> options =
        Map.of(
            "truncation", "true", "padding", "false", "maxLength", limit, "modelMaxLength", limit);
    return new Tokens(open(file, options), endToken);
  }

  /** From the bytes alone: given the path, DJL would mix in what tokenizer_config.json says. */
  private static HuggingFaceTokenizer open(Path file, Map<String, String> options)
      throws IOException {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(Files.readAllBytes(file)), options);
    } catch (RuntimeException e) {
      throw new UnusableModelException(file + " is no tokenizer: " + e.getMessage(), e);
    }
  }

  /** A token is written as a text or as an object with its text. */
  private static Optional<String> tokenText(JsonNode node) {
    JsonNode text = node.isObject() ? node.path("content") : node;
    return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
  }

  /** The text of the token that ends an answer. */
  public String endToken() {
    return endToken;
  }

  /**
   * Ids of a text from its beginning, with the begin token where the model has one.
   *
   * @return at most the maximal length
   */
  public long[] opening(String text) {
    return tokenizer.encode(text, true, false).getIds();
  }

  /**
   * Ids of a text that continues another: no token is added.
   *
   * @return at most the maximal length
   */
  public long[] continuation(String text) {
    return tokenizer.encode(text, false, false).getIds();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
