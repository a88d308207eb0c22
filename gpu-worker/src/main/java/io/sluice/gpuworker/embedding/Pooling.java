package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.model.fields.EmbeddingFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Turns the states of a text's tokens into one vector.
 *
 * @param modes what is computed; the vectors of several modes are joined in this order
 * @param includePrompt whether the tokens of a prompt take part
 * @param width the number of values of a token's state
 */
record Pooling(List<Mode> modes, boolean includePrompt, int width) {
  private static final String NEW_FIELD = "pooling_mode";

  /** What is computed. The tokens of a prompt that is left out do not count, unless noted. */
  enum Mode {
    /** The state of the first token. */
    CLS("pooling_mode_cls_token"),
    /** The largest value of any token, for each position of the state. */
    MAX("pooling_mode_max_tokens"),
    /** The mean of the states. */
    MEAN("pooling_mode_mean_tokens"),
    /** The sum of the states, divided by the square root of the number of tokens. */
    MEAN_SQRT_LEN_TOKENS("pooling_mode_mean_sqrt_len_tokens"),
    /** The mean weighted by the position, counted from 1 at the first token, prompt included. */
    WEIGHTEDMEAN("pooling_mode_weightedmean_tokens"),
    /** The state of the last token. */
    LASTTOKEN("pooling_mode_lasttoken");

    private final String oldField;

    Mode(String oldField) {
      this.oldField = oldField;
    }

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  Pooling {
    modes = List.copyOf(modes);
  }

  /**
   * Reads the file of a {@code Pooling} module.
   *
   * @throws UnusableModelException when a field has an unsupported value
   */
  static Pooling read(JsonFile file) throws UnusableModelException {
    EmbeddingFields.POOLING.check(file);
    String width =
        file.field("embedding_dimension").isPresent()
            ? "embedding_dimension"
            : "word_embedding_dimension";
    return new Pooling(modes(file), file.flag("include_prompt", true), file.count(width));
  }

  private static List<Mode> modes(JsonFile file) throws UnusableModelException {
    List<Mode> flagged = new ArrayList<>();
    boolean hasFlags = false;
    for (Mode mode : Mode.values()) {
      hasFlags = hasFlags || file.field(mode.oldField).isPresent();
      if (file.flag(mode.oldField, false)) {
        flagged.add(mode);
      }
    }
    if (file.field(NEW_FIELD).isEmpty()) {
      return flagged.isEmpty() ? List.of(Mode.MEAN) : flagged;
    }
    List<Mode> named = new ArrayList<>();
    for (String label : file.texts(NEW_FIELD)) {
      named.add(mode(file, label));
    }
    if (named.isEmpty()) {
      throw file.unusable(
          NEW_FIELD + " is " + file.root().get(NEW_FIELD), "name at least one mode");
    }
    if (hasFlags && !named.equals(flagged)) {
      throw file.unusable(
          NEW_FIELD
              + " is "
              + file.root().get(NEW_FIELD)
              + ", but the fields of earlier versions say "
              + flagged.stream().map(Mode::label).toList(),
          "keep one of them");
    }
    return named;
  }

  private static Mode mode(JsonFile file, String label) throws UnusableModelException {
    return Arrays.stream(Mode.values())
        .filter(mode -> mode.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                file.unusable(
                    NEW_FIELD + " " + label + " is not supported",
                    "use " + Arrays.stream(Mode.values()).map(Mode::label).toList()));
  }

  /** The number of values of the vector. */
  int dimension() {
    return Math.multiplyExact(modes.size(), width);
  }

  /**
   * Pools states.
   *
   * @param states of all tokens, one after another
   * @param from the first token that takes part
   */
  float[] apply(float[] states, int from) {
    int tokens = states.length / width;
    float[] vector = new float[dimension()];
    for (int i = 0; i < modes.size(); i++) {
      float[] pooled =
          switch (modes.get(i)) {
            case CLS -> state(states, from < tokens ? from : 0);
            case MAX -> max(states, from, tokens);
            case MEAN -> sum(states, from, tokens, false, tokens - from);
            case MEAN_SQRT_LEN_TOKENS ->
                sum(states, from, tokens, false, Math.sqrt(Math.max(0, tokens - from)));
            case WEIGHTEDMEAN -> sum(states, from, tokens, true, weights(from, tokens));
            case LASTTOKEN -> from < tokens ? state(states, tokens - 1) : new float[width];
          };
      System.arraycopy(pooled, 0, vector, i * width, width);
    }
    return vector;
  }

  private float[] state(float[] states, int token) {
    return Arrays.copyOfRange(states, token * width, (token + 1) * width);
  }

  private float[] max(float[] states, int from, int tokens) {
    float[] max = new float[width];
    Arrays.fill(max, Float.NEGATIVE_INFINITY);
    for (int token = from; token < tokens; token++) {
      for (int i = 0; i < width; i++) {
        max[i] = Math.max(max[i], states[token * width + i]);
      }
    }
    return max;
  }

  /** Without any token, the sum is zero, whatever it is divided by. */
  private float[] sum(float[] states, int from, int tokens, boolean weighted, double divisor) {
    double[] sum = new double[width];
    for (int token = from; token < tokens; token++) {
      int weight = weighted ? token + 1 : 1;
      for (int i = 0; i < width; i++) {
        sum[i] += (double) weight * states[token * width + i];
      }
    }
    float[] quotient = new float[width];
    for (int i = 0; i < width && from < tokens; i++) {
      quotient[i] = (float) (sum[i] / divisor);
    }
    return quotient;
  }

  private static double weights(int from, int tokens) {
    return tokens * (tokens + 1.0) / 2 - from * (from + 1.0) / 2;
  }
}
