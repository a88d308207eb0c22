package io.sluice.gpuworker.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The special tokens that a tokenizer's settings name. Transformers divides every text at each of
 * them, and adds those that the vocabulary does not have, so {@code tokenizer.json} must list all
 * of them among its added tokens.
 */
final class SpecialTokens {
  /** Fields whose value is a token. */
  private static final List<String> SINGLE =
      List.of(
          "bos_token",
          "eos_token",
          "pad_token",
          "unk_token",
          "sep_token",
          "cls_token",
          "mask_token");

  /** Fields whose value is a list of tokens, or an object whose values are tokens. */
  private static final List<String> SEVERAL =
      List.of(
          "additional_special_tokens",
          "extra_special_tokens",
          "model_specific_special_tokens",
          "special_tokens");

  private SpecialTokens() {}

  /**
   * Requires that the special tokens of a file are added tokens.
   *
   * @param file {@code tokenizer_config.json} or {@code special_tokens_map.json}
   * @param tokenizer {@code tokenizer.json}
   * @throws UnusableModelException when one is not; the message names the field and the token
   */
  static void requireAdded(JsonFile file, JsonFile tokenizer) throws UnusableModelException {
    Set<String> added = new TreeSet<>();
    for (JsonNode token : tokenizer.root().path("added_tokens")) {
      added.add(token.path("content").asText());
    }
    for (String field : SINGLE) {
      requireAdded(file, field, file.root().path(field), added);
    }
    for (String field : SEVERAL) {
      for (JsonNode token : file.root().path(field)) {
        requireAdded(file, field, token, added);
      }
    }
  }

  /** The texts of all special tokens that a file names. */
  static Set<String> named(JsonFile file) {
    Set<String> named = new TreeSet<>();
    for (String field : SINGLE) {
      text(file.root().path(field)).ifPresent(named::add);
    }
    for (String field : SEVERAL) {
      for (JsonNode token : file.root().path(field)) {
        text(token).ifPresent(named::add);
      }
    }
    return named;
  }

  private static void requireAdded(JsonFile file, String field, JsonNode token, Set<String> added)
      throws UnusableModelException {
    Optional<String> text = text(token);
    if (text.isPresent() && !added.contains(text.get())) {
      throw file.unusable(
          "%s has the token %s, which is not among the added_tokens of tokenizer.json, and at which transformers would divide texts"
              .formatted(field, text.get()),
          TokenizerFiles.RESAVE);
    }
  }

  /** Reads a token, which is either a string or an object whose {@code content} is the string. */
  static Optional<String> text(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() && !text.textValue().isEmpty()
        ? Optional.of(text.textValue())
        : Optional.empty();
  }
}
