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
 * A model's tokenizer. It turns text into token ids and truncates them to a maximum length.
 *
 * <p>Truncation and padding settings in {@code tokenizer.json} are ignored. Thread-safe.
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
   * tokenizer_config.json}, which names the end token.
   *
   * @param maxLength the maximum number of token ids of a text; longer texts are truncated
   * @throws UnusableModelException when a file is missing or damaged, or no end token is configured
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
                "it names the end token (eos_token); copy it from the source of the model"));
    String endToken =
        config
            .field("eos_token")
            .flatMap(Tokens::tokenText)
            .orElseThrow(
                () ->
                    new UnusableModelException(
                        config.path() + " has no eos_token: add the token that ends an answer"));
    String limit = Integer.toString(maxLength);
    Map<String, String> options =
        Map.of(
            "truncation", "true", "padding", "false", "maxLength", limit, "modelMaxLength", limit);
    return new Tokens(open(file, options), endToken);
  }

  /** Passes the bytes, because DJL would also apply tokenizer_config.json if it had the path. */
  private static HuggingFaceTokenizer open(Path file, Map<String, String> options)
      throws IOException {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(Files.readAllBytes(file)), options);
    } catch (RuntimeException e) {
      throw new UnusableModelException(file + " is not a valid tokenizer: " + e.getMessage(), e);
    }
  }

  /** Reads a token, which is either a string or an object whose {@code content} is the string. */
  private static Optional<String> tokenText(JsonNode node) {
    JsonNode text = node.isObject() ? node.path("content") : node;
    return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
  }

  /** The text of the token that ends an answer. */
  public String endToken() {
    return endToken;
  }

  /**
   * Encodes a text from its beginning, with the begin token if the model has one.
   *
   * @return token ids, at most the maximum length
   */
  public long[] encode(String text) {
    return tokenizer.encode(text, true, false).getIds();
  }

  /**
   * Encodes a text that continues another one, without special tokens.
   *
   * @return token ids, at most the maximum length
   */
  public long[] encodeContinuation(String text) {
    return tokenizer.encode(text, false, false).getIds();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
