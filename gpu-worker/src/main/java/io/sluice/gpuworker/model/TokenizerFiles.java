package io.sluice.gpuworker.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.model.fields.TokenizerFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.schemas.hash.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a tokenizer: {@code tokenizer.json}, which decides how text becomes tokens, and
 * {@code tokenizer_config.json}, which names the end token. Other settings and files may repeat
 * what {@code tokenizer.json} says, but must not contradict it.
 *
 * @param tokenizer {@code tokenizer.json}
 * @param config {@code tokenizer_config.json}
 * @param endToken the text of the token that ends an answer
 * @param endId the id of this token in the vocabulary
 */
record TokenizerFiles(JsonFile tokenizer, JsonFile config, String endToken, long endId) {
  private static final String END = "eos_token";
  private static final String ADDED = "added_tokens";
  static final String SPECIAL_TOKENS = "special_tokens_map.json";
  static final String ADDED_TOKENS = "added_tokens.json";
  static final String RESAVE =
      "save the tokenizer again with AutoTokenizer.from_pretrained(model).save_pretrained(folder)";

  /** Settings of an added token that decide where it is found in a text. */
  private static final List<String> MATCHING =
      List.of("single_word", "lstrip", "rstrip", "normalized");

  /**
   * Reads and checks the files of a model folder.
   *
   * @throws UnusableModelException when a file is missing or damaged, no end token is configured or
   *     it is not in the vocabulary, a setting is not supported, or settings contradict each other
   */
  static TokenizerFiles read(Path modelFolder) throws IOException {
    JsonFile tokenizer =
        JsonFile.read(
            UnusableModelException.required(
                modelFolder,
                "tokenizer.json",
                "save the tokenizer in the fast format: AutoTokenizer.from_pretrained(model)"
                    + ".save_pretrained(folder)"));
    JsonFile config =
        JsonFile.read(
            UnusableModelException.required(
                modelFolder,
                "tokenizer_config.json",
                "it names the end token (eos_token); copy it from the source of the model"));
    TokenizerFields.TOKENIZER.check(tokenizer);
    Optional<JsonFile> model = tokenizer.object("model");
    if (model.isPresent()) {
      TokenizerFields.TOKENIZER_MODEL.check(model.get(), "model.");
    }
    TokenizerFields.TOKENIZER_CONFIG.check(config);
    String endToken =
        config
            .field(END)
            .flatMap(SpecialTokens::text)
            .orElseThrow(
                () ->
                    new UnusableModelException(
                        config.path() + " has no eos_token: add the token that ends an answer"));
    Map<String, Long> ids = ids(tokenizer);
    if (!ids.containsKey(endToken)) {
      throw config.unusable(
          "eos_token is " + endToken + ", which is not in the vocabulary of tokenizer.json",
          "use the tokenizer files of one model");
    }
    requireSameEndToken(config, modelFolder.resolve(SPECIAL_TOKENS), endToken);
    requireAddedSpecialTokens(tokenizer, config, modelFolder.resolve(SPECIAL_TOKENS));
    requireSameAddedTokens(tokenizer, config);
    requireSameIds(modelFolder.resolve(ADDED_TOKENS), ids);
    requireSamePrefixSpace(tokenizer, config);
    return new TokenizerFiles(tokenizer, config, endToken, ids.get(endToken));
  }

  /** The ids of added tokens and, of the vocabulary, those of tokens that are not added. */
  static Map<String, Long> ids(JsonFile tokenizer) {
    Map<String, Long> ids = new HashMap<>();
    JsonNode vocabulary = tokenizer.root().path("model").path("vocab");
    for (Map.Entry<String, JsonNode> token : vocabulary.properties()) {
      ids.put(token.getKey(), token.getValue().asLong());
    }
    if (vocabulary.isArray()) {
      // A Unigram model lists pairs of a token and its score, in the order of the ids.
      for (int id = 0; id < vocabulary.size(); id++) {
        ids.put(vocabulary.path(id).path(0).asText(), (long) id);
      }
    }
    for (JsonNode token : tokenizer.root().path(ADDED)) {
      ids.put(token.path("content").asText(), token.path("id").asLong());
    }
    return ids;
  }

  private static void requireSameEndToken(JsonFile config, Path specialTokens, String endToken)
      throws IOException {
    if (!Files.exists(specialTokens)) {
      return;
    }
    Optional<String> other = JsonFile.read(specialTokens).field(END).flatMap(SpecialTokens::text);
    if (other.isPresent() && !other.get().equals(endToken)) {
      throw config.unusable(
          "eos_token is "
              + endToken
              + ", but "
              + SPECIAL_TOKENS
              + " has the eos_token "
              + other.get(),
          "keep the token that ends an answer in both files");
    }
  }

  static void requireAddedSpecialTokens(JsonFile tokenizer, JsonFile config, Path specialTokens)
      throws IOException {
    SpecialTokens.requireAdded(config, tokenizer);
    if (Files.exists(specialTokens)) {
      SpecialTokens.requireAdded(JsonFile.read(specialTokens), tokenizer);
    }
  }

  static void requireSameAddedTokens(JsonFile tokenizer, JsonFile config)
      throws UnusableModelException {
    Map<String, JsonNode> added = new HashMap<>();
    for (JsonNode token : tokenizer.root().path(ADDED)) {
      added.put(token.path("id").asText(), token);
    }
    for (Map.Entry<String, JsonNode> entry :
        config.root().path("added_tokens_decoder").properties()) {
      JsonNode own = entry.getValue();
      JsonNode other = added.get(entry.getKey());
      if (other == null || !own.path("content").asText().equals(other.path("content").asText())) {
        throw config.unusable(
            "added_tokens_decoder has the token "
                + own.path("content").asText()
                + " with the id "
                + entry.getKey()
                + ", which tokenizer.json does not have",
            RESAVE);
      }
      for (String setting : MATCHING) {
        if (own.has(setting) && own.path(setting).asBoolean() != other.path(setting).asBoolean()) {
          throw config.unusable(
              "added_tokens_decoder has "
                  + setting
                  + " "
                  + own.path(setting)
                  + " for the token "
                  + own.path("content").asText()
                  + ", but tokenizer.json has "
                  + other.path(setting),
              RESAVE);
        }
      }
    }
  }

  static void requireSameIds(Path addedTokens, Map<String, Long> ids) throws IOException {
    if (!Files.exists(addedTokens)) {
      return;
    }
    JsonFile file = JsonFile.read(addedTokens);
    for (Map.Entry<String, JsonNode> token : file.root().properties()) {
      if (!Long.valueOf(token.getValue().asLong(-1)).equals(ids.get(token.getKey()))) {
        throw file.unusable(
            "it has the token "
                + token.getKey()
                + " with the id "
                + token.getValue()
                + ", which tokenizer.json does not have",
            RESAVE);
      }
    }
  }

  static void requireSamePrefixSpace(JsonFile tokenizer, JsonFile config)
      throws UnusableModelException {
    if (config.field("add_prefix_space").isEmpty()) {
      return;
    }
    boolean wanted = config.flag("add_prefix_space", false);
    boolean added =
        addsPrefixSpace(tokenizer.root().path("normalizer"))
            || addsPrefixSpace(tokenizer.root().path("pre_tokenizer"));
    if (wanted != added) {
      throw config.unusable(
          "add_prefix_space is " + wanted + ", but tokenizer.json says the opposite", RESAVE);
    }
  }

  /** Whether a normalizer or pre-tokenizer puts a space before a text. */
  private static boolean addsPrefixSpace(JsonNode component) {
    boolean nested = false;
    for (String list : List.of("normalizers", "pretokenizers")) {
      for (JsonNode part : component.path(list)) {
        nested = nested || addsPrefixSpace(part);
      }
    }
    return switch (component.path("type").asText()) {
      case "Prepend" -> true;
      case "ByteLevel" -> component.path("add_prefix_space").asBoolean();
      case "Metaspace" ->
          component.has("prepend_scheme")
              ? !component.path("prepend_scheme").asText().equals("never")
              : component.path("add_prefix_space").asBoolean(true);
      default -> nested;
    };
  }

  /** The content of {@code tokenizer.json} without its settings for truncation and padding. */
  byte[] unlimited() throws IOException {
    ObjectNode content = ((ObjectNode) tokenizer.root()).deepCopy();
    content.putNull("truncation").putNull("padding");
    return new ObjectMapper().writeValueAsBytes(content);
  }

  /** See {@link Tokens#hash}. */
  String hash() throws IOException {
    ObjectNode content = ((ObjectNode) tokenizer.root()).deepCopy();
    content.remove(List.of("truncation", "padding"));
    return new Sha256().add(new ObjectMapper().writeValueAsBytes(content)).add(endToken).hex();
  }
}
