package io.sluice.gpuworker.model;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.model.fields.EmbeddingFields;
import io.sluice.gpuworker.model.fields.TokenizerFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.schemas.hash.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokenizer of a sentence-embedding model. It turns a whole text into tokens, with the tokens
 * before and after it that the {@code post_processor} of {@code tokenizer.json} adds, such as
 * {@code [CLS]} and {@code [SEP]}.
 *
 * <p>A text is truncated as transformers does it: its own tokens are cut, at their end or, if
 * {@code tokenizer_config.json} says so, at their beginning, and the added ones are kept.
 * Thread-safe.
 */
public final class SentenceTokens implements AutoCloseable {
  private static final String PROBE = "Name a prime number.";
  private static final String NORMALIZER = "normalizer";
  private static final String TYPE = "type";

  private final HuggingFaceTokenizer tokenizer;
  private final Frame frame;
  private final Config config;
  private final String hash;

  /** The tokens that are added to a text, with the type ids of all. */
  private record Frame(
      long[] before, long[] after, long[] typesBefore, long[] typesAfter, long textType) {
    int size() {
      return before.length + after.length;
    }
  }

  /** What {@code tokenizer_config.json} decides. */
  private record Config(
      String endToken, OptionalInt maxLength, boolean cutsBeginning, Set<Long> specialIds) {}

  private SentenceTokens(HuggingFaceTokenizer tokenizer, Frame frame, Config config, String hash) {
    this.tokenizer = tokenizer;
    this.frame = frame;
    this.config = config;
    this.hash = hash;
  }

  /**
   * Opens the tokenizer of a folder: {@code tokenizer.json} and, if it exists, {@code
   * tokenizer_config.json}.
   *
   * @param lowerCase whether texts are converted to lower case first
   * @throws UnusableModelException when a file is missing or damaged, a setting is not supported,
   *     or settings contradict each other
   */
  public static SentenceTokens open(Path folder, boolean lowerCase) throws IOException {
    JsonFile tokenizer =
        JsonFile.read(
            UnusableModelException.required(folder, "tokenizer.json", TokenizerFiles.RESAVE));
    Path configFile = folder.resolve("tokenizer_config.json");
    Optional<JsonFile> config =
        Files.exists(configFile) ? Optional.of(JsonFile.read(configFile)) : Optional.empty();
    TokenizerFiles.requireSameIds(
        folder.resolve(TokenizerFiles.ADDED_TOKENS), TokenizerFiles.ids(tokenizer));
    if (config.isPresent()) {
      EmbeddingFields.TOKENIZER_CONFIG.check(config.get());
      TokenizerFiles.requireAddedSpecialTokens(
          tokenizer, config.get(), folder.resolve(TokenizerFiles.SPECIAL_TOKENS));
      TokenizerFiles.requireSameAddedTokens(tokenizer, config.get());
      TokenizerFiles.requireSamePrefixSpace(tokenizer, config.get());
      requireSameNormalization(tokenizer, config.get());
    }
    return open(tokenizer, config, lowerCase);
  }

  /**
   * Opens a tokenizer without a {@code tokenizer_config.json}.
   *
   * @param tokenizer {@code tokenizer.json}
   */
  public static SentenceTokens open(JsonFile tokenizer) throws IOException {
    return open(tokenizer, Optional.empty(), false);
  }

  private static SentenceTokens open(
      JsonFile tokenizer, Optional<JsonFile> config, boolean lowerCase) throws IOException {
    EmbeddingFields.TOKENIZER.check(tokenizer);
    Optional<JsonFile> model = tokenizer.object("model");
    if (model.isPresent()) {
      TokenizerFields.TOKENIZER_MODEL.check(model.get(), "model.");
    }
    byte[] content = content(tokenizer, lowerCase);
    HuggingFaceTokenizer opened = newTokenizer(tokenizer, content);
    try {
      Frame frame = frame(tokenizer, opened);
      if (config.isPresent()) {
        requireSameFrame(config.get(), frame);
      }
      Config settings = config(tokenizer, config);
      String hash = new Sha256().add(content).add(settings.endToken()).hex();
      return new SentenceTokens(opened, frame, settings, hash);
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** The content of {@code tokenizer.json} without truncation and padding. */
  private static byte[] content(JsonFile tokenizer, boolean lowerCase) throws IOException {
    ObjectNode content = ((ObjectNode) tokenizer.root()).deepCopy();
    content.putNull("truncation").putNull("padding");
    if (lowerCase && !isLowerCase(content.path(NORMALIZER))) {
      JsonNode others = content.path(NORMALIZER);
      ObjectNode sequence = content.putObject(NORMALIZER).put(TYPE, "Sequence");
      ArrayNode normalizers = sequence.putArray("normalizers");
      normalizers.addObject().put(TYPE, "Lowercase");
      if (others.path(TYPE).asText().equals("Sequence")) {
        others.path("normalizers").forEach(normalizers::add);
      } else if (others.isObject()) {
        normalizers.add(others);
      }
    }
    return new ObjectMapper().writeValueAsBytes(content);
  }

  /** The test of sentence-transformers, which looks at the outermost normalizers only. */
  private static boolean isLowerCase(JsonNode normalizer) {
    boolean found = normalizer.path(TYPE).asText().equals("Lowercase");
    for (JsonNode part : normalizer.path("normalizers")) {
      found = found || part.path(TYPE).asText().equals("Lowercase");
    }
    return found;
  }

  private static HuggingFaceTokenizer newTokenizer(JsonFile tokenizer, byte[] content)
      throws IOException {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(content), Map.of("truncation", "false", "padding", "false"));
    } catch (RuntimeException e) {
      throw new UnusableModelException(
          tokenizer.path() + " is not a valid tokenizer: " + e.getMessage(), e);
    }
  }

  private static Frame frame(JsonFile file, HuggingFaceTokenizer tokenizer)
      throws UnusableModelException {
    long[] bare = tokenizer.encode(PROBE, false, false).getIds();
    Encoding framed = tokenizer.encode(PROBE, true, false);
    long[] ids = framed.getIds();
    long[] types = framed.getTypeIds();
    int begin = 0;
    while (begin + bare.length < ids.length
        && !Arrays.equals(bare, Arrays.copyOfRange(ids, begin, begin + bare.length))) {
      begin++;
    }
    int end = begin + bare.length;
    if (bare.length == 0
        || end > ids.length
        || !Arrays.equals(bare, Arrays.copyOfRange(ids, begin, end))) {
      throw file.unusable(
          "post_processor changes the tokens of a text",
          "use a post_processor that only adds tokens");
    }
    return new Frame(
        Arrays.copyOf(ids, begin),
        Arrays.copyOfRange(ids, end, ids.length),
        Arrays.copyOf(types, begin),
        Arrays.copyOfRange(types, end, ids.length),
        types[begin]);
  }

  private static void requireSameFrame(JsonFile config, Frame frame) throws UnusableModelException {
    requireSame(config, "add_bos_token", frame.before().length > 0, "before");
    requireSame(config, "add_eos_token", frame.after().length > 0, "after");
  }

  private static void requireSame(JsonFile config, String field, boolean added, String where)
      throws UnusableModelException {
    if (config.flag(field, added) != added) {
      throw config.unusable(
          "%s is %s, but the post_processor in tokenizer.json puts %s %s a text"
              .formatted(field, !added, added ? "a token" : "no token", where),
          TokenizerFiles.RESAVE);
    }
  }

  /** Transformers gives the settings of {@code BertNormalizer} to a new tokenizer. */
  private static void requireSameNormalization(JsonFile tokenizer, JsonFile config)
      throws UnusableModelException {
    JsonNode normalizer = tokenizer.root().path(NORMALIZER);
    if (!normalizer.path(TYPE).asText().equals("BertNormalizer")) {
      return;
    }
    Map<String, String> names =
        Map.of(
            "do_lower_case", "lowercase",
            "strip_accents", "strip_accents",
            "tokenize_chinese_chars", "handle_chinese_chars");
    for (Map.Entry<String, String> name : names.entrySet()) {
      JsonNode here = config.root().path(name.getKey());
      JsonNode there = normalizer.path(name.getValue());
      if (config.root().has(name.getKey()) && !here.equals(there)) {
        throw config.unusable(
            "%s is %s, but the normalizer in tokenizer.json has %s %s"
                .formatted(name.getKey(), here, name.getValue(), there),
            TokenizerFiles.RESAVE);
      }
    }
  }

  private static Config config(JsonFile tokenizer, Optional<JsonFile> config)
      throws UnusableModelException {
    if (config.isEmpty()) {
      return new Config("", OptionalInt.empty(), false, Set.of());
    }
    JsonFile fields = config.get();
    String side = fields.text("truncation_side", "right");
    fields.requireOneOf("truncation_side", side, Set.of("left", "right"));
    Set<Long> specialIds = new HashSet<>();
    Map<String, Long> ids = TokenizerFiles.ids(tokenizer);
    for (String token : SpecialTokens.named(fields)) {
      Optional.ofNullable(ids.get(token)).ifPresent(specialIds::add);
    }
    return new Config(
        fields.field("eos_token").flatMap(SpecialTokens::text).orElse(""),
        maxLength(fields),
        side.equals("left"),
        Set.copyOf(specialIds));
  }

  /** Transformers writes a number beyond all lengths where a tokenizer has no limit. */
  private static OptionalInt maxLength(JsonFile config) throws UnusableModelException {
    double limit = config.number("model_max_length", Double.MAX_VALUE);
    if (limit > Integer.MAX_VALUE) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(config.count("model_max_length"));
  }

  /** The text of the end token; empty for a tokenizer without one, such as that of BERT. */
  public String endToken() {
    return config.endToken();
  }

  /** The limit on the length of a text in {@code tokenizer_config.json}, if there is one. */
  public OptionalInt maxLength() {
    return config.maxLength();
  }

  /**
   * SHA-256, in hexadecimal, of what decides how text becomes tokens, apart from the length limit
   * and the end of a text that is cut.
   */
  public String hash() {
    return hash;
  }

  /** Whether long texts are cut at their beginning instead of their end. */
  public boolean cutsBeginning() {
    return config.cutsBeginning();
  }

  /** The number of tokens that are added to every text. */
  public int added() {
    return frame.size();
  }

  /** Tokenizes a whole text, without the tokens that are added. */
  public TokenizedText tokenize(String text) {
    Encoding encoding = tokenizer.encode(text, false, false);
    CharSpan[] places = encoding.getCharTokenSpans();
    return new TokenizedText(
        text,
        encoding.getIds(),
        Arrays.stream(places).mapToInt(CharSpan::getStart).toArray(),
        Arrays.stream(places).mapToInt(CharSpan::getEnd).toArray());
  }

  /**
   * Cuts the tokens of a text and adds the tokens before and after it.
   *
   * @param bare the tokens of a text, from {@link #tokenize}
   * @param maxLength the number of tokens after which the result is cut, above {@link #added}
   */
  public long[] framed(long[] bare, int maxLength) {
    int kept = Math.min(bare.length, maxLength - frame.size());
    int from = config.cutsBeginning() ? bare.length - kept : 0;
    long[] ids = Arrays.copyOf(frame.before(), frame.size() + kept);
    System.arraycopy(bare, from, ids, frame.before().length, kept);
    System.arraycopy(frame.after(), 0, ids, frame.before().length + kept, frame.after().length);
    return ids;
  }

  /** The type ids of the tokens that {@link #framed} returns. */
  public long[] typeIds(int length) {
    long[] types = new long[length];
    Arrays.fill(types, frame.textType());
    System.arraycopy(frame.typesBefore(), 0, types, 0, frame.before().length);
    System.arraycopy(
        frame.typesAfter(), 0, types, length - frame.after().length, frame.after().length);
    return types;
  }

  /**
   * The number of tokens at the beginning of a text that a prompt takes, as sentence-transformers
   * counts them: those of the prompt alone, with the added ones, but without a special token at the
   * end.
   */
  public int promptLength(String prompt) {
    long[] ids = framed(tokenize(prompt).ids(), Integer.MAX_VALUE);
    boolean endsSpecially =
        frame.after().length > 0
            || ids.length > 0 && config.specialIds().contains(ids[ids.length - 1]);
    return endsSpecially ? ids.length - 1 : ids.length;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
