package io.sluice.gpuworker.model;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A model's tokenizer. It turns text into token ids and truncates them at the end, to a maximum
 * length.
 *
 * <p>Of the {@code post_processor} in {@code tokenizer.json}, only the tokens that it puts before a
 * text are used. An end token that it puts after each text is left out: a text may be a prompt, and
 * who encodes an answer writes its end token. Thread-safe.
 */
public final class Tokens implements AutoCloseable {
  private static final String PROBE = "Name a prime number.";

  private final HuggingFaceTokenizer tokenizer;
  private final int maxLength;
  private final String endToken;
  private final long[] begin;
  private final String hash;

  private Tokens(
      HuggingFaceTokenizer tokenizer, int maxLength, String endToken, long[] begin, String hash) {
    this.tokenizer = tokenizer;
    this.maxLength = maxLength;
    this.endToken = endToken;
    this.begin = begin;
    this.hash = hash;
  }

  /**
   * Opens the tokenizer of a model folder: {@code tokenizer.json}, and {@code
   * tokenizer_config.json}, which names the end token.
   *
   * @param maxLength the maximum number of token ids of a text; longer texts are truncated
   * @throws UnusableModelException when a file is missing or damaged, a setting is not supported,
   *     settings contradict each other, or the end token is not a single token
   */
  public static Tokens open(Path modelFolder, int maxLength) throws IOException {
    TokenizerFiles files = TokenizerFiles.read(modelFolder);
    HuggingFaceTokenizer tokenizer = open(files);
    try {
      requireSingleToken(files, tokenizer);
      return new Tokens(
          tokenizer, maxLength, files.endToken(), begin(files, tokenizer), files.hash());
    } catch (IOException | RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** Passes the bytes, because DJL would also apply tokenizer_config.json if it had the path. */
  private static HuggingFaceTokenizer open(TokenizerFiles files) throws IOException {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(files.unlimited()),
          Map.of("truncation", "false", "padding", "false"));
    } catch (RuntimeException e) {
      throw new UnusableModelException(
          files.tokenizer().path() + " is not a valid tokenizer: " + e.getMessage(), e);
    }
  }

  private static void requireSingleToken(TokenizerFiles files, HuggingFaceTokenizer tokenizer)
      throws UnusableModelException {
    long[] text = tokenizer.encode(PROBE, false, false).getIds();
    long[] ended = tokenizer.encode(PROBE + files.endToken(), false, false).getIds();
    long[] expected = Arrays.copyOf(text, text.length + 1);
    expected[text.length] = files.endId();
    if (!Arrays.equals(ended, expected)) {
      throw files
          .config()
          .unusable(
              "eos_token "
                  + files.endToken()
                  + " does not become the single token "
                  + files.endId()
                  + " at the end of a text",
              "list it among the added_tokens of tokenizer.json, as a special token");
    }
  }

  /** The tokens that the post-processor puts before a text. */
  private static long[] begin(TokenizerFiles files, HuggingFaceTokenizer tokenizer)
      throws UnusableModelException {
    long[] bare = tokenizer.encode(PROBE, false, false).getIds();
    long[] processed = tokenizer.encode(PROBE, true, false).getIds();
    int begin = 0;
    while (begin + bare.length < processed.length
        && !Arrays.equals(bare, Arrays.copyOfRange(processed, begin, begin + bare.length))) {
      begin++;
    }
    int end = begin + bare.length;
    if (end > processed.length || !Arrays.equals(bare, Arrays.copyOfRange(processed, begin, end))) {
      throw files
          .tokenizer()
          .unusable(
              "post_processor changes the tokens of a text",
              "use a post_processor that only adds tokens");
    }
    for (int i = end; i < processed.length; i++) {
      if (processed[i] != files.endId()) {
        throw files
            .tokenizer()
            .unusable(
                "post_processor puts the token " + processed[i] + " after each text",
                "remove it from the post_processor");
      }
    }
    requireAgreement(files.config(), begin > 0);
    return Arrays.copyOf(processed, begin);
  }

  private static void requireAgreement(JsonFile config, boolean added)
      throws UnusableModelException {
    if (config.field("add_bos_token").isPresent() && config.flag("add_bos_token", false) != added) {
      throw config.unusable(
          "add_bos_token is "
              + !added
              + ", but the post_processor in tokenizer.json puts "
              + (added ? "a token" : "no token")
              + " before a text",
          "keep in both what the model was trained with");
    }
  }

  /**
   * SHA-256, in hexadecimal, of what decides how text becomes tokens: the content of {@code
   * tokenizer.json} without its limit of length and its padding, and the end token. White space
   * between the fields of the file makes no difference.
   */
  public String hash() {
    return hash;
  }

  /** The text of the token that ends an answer. */
  public String endToken() {
    return endToken;
  }

  /** The text of the tokens that are put before a text; empty if there are none. */
  public String beginText() {
    return begin.length == 0 ? "" : tokenizer.decode(begin, false);
  }

  /**
   * Encodes a text from its beginning, with the begin token if the model has one.
   *
   * @return token ids, at most the maximum length
   */
  public long[] encode(String text) {
    long[] bare = tokenizer.encode(text, false, false).getIds();
    long[] ids = Arrays.copyOf(begin, begin.length + bare.length);
    System.arraycopy(bare, 0, ids, begin.length, bare.length);
    return truncate(ids);
  }

  /**
   * Encodes a text that continues another one, without special tokens.
   *
   * @return token ids, at most the maximum length
   */
  public long[] encodeContinuation(String text) {
    return truncate(tokenizer.encode(text, false, false).getIds());
  }

  /**
   * Tokenizes a text from its beginning, as {@link #encode} does, but without a limit on its
   * length.
   */
  public TokenizedText tokenize(String text) {
    TokenizedText bare = tokenizeContinuation(text);
    return new TokenizedText("", begin, new int[begin.length], new int[begin.length])
        .followedBy(bare);
  }

  /**
   * Tokenizes a text without adding special tokens; those that are written in the text are
   * recognised. There is no limit on the length.
   */
  public TokenizedText tokenizeContinuation(String text) {
    Encoding encoding = tokenizer.encode(text, false, false);
    CharSpan[] places = encoding.getCharTokenSpans();
    return new TokenizedText(
        text,
        encoding.getIds(),
        Arrays.stream(places).mapToInt(CharSpan::getStart).toArray(),
        Arrays.stream(places).mapToInt(CharSpan::getEnd).toArray());
  }

  private long[] truncate(long[] ids) {
    return ids.length <= maxLength ? ids : Arrays.copyOf(ids, maxLength);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
