package io.sluice.gpuworker.launch;

import io.sluice.schemas.HyperParameters;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Placeholders such as {@code {dataset}} in a user's command or template, which stand for values of
 * a training run. Doubled braces, {@code {{name}}}, stand for the text {@code {name}}.
 */
public final class Placeholders {
  private static final Pattern NAMED = Pattern.compile("\\{\\{(\\w+)\\}\\}|\\{(\\w+)\\}");

  private static final SortedSet<String> NAMES =
      new TreeSet<>(
          List.of(
              "arm",
              "batchSize",
              "dataset",
              "epochs",
              "examples",
              "full",
              "job",
              "learningRate",
              "loraAlpha",
              "loraDropout",
              "loraRank",
              "loraTargets",
              "maxGradientNorm",
              "maxLength",
              "model",
              "output",
              "seed",
              "task",
              "warmupRatio",
              "weightDecay"));

  private Placeholders() {}

  /**
   * Checks that all placeholders in a text are known.
   *
   * @throws IllegalArgumentException when one is not; the message lists the known ones
   */
  static void check(String text) {
    Matcher named = NAMED.matcher(text);
    while (named.find()) {
      String name = named.group(2);
      if (name != null && !NAMES.contains(name)) {
        throw new IllegalArgumentException(
            "unknown placeholder {"
                + name
                + "}: use "
                + String.join(", ", NAMES)
                + " in braces, or {{"
                + name
                + "}} for the text {"
                + name
                + "} itself");
      }
    }
  }

  /**
   * Replaces the placeholders in a text.
   *
   * @param text has passed {@link #check}
   * @param values of all placeholders, by name
   */
  static String fill(String text, Map<String, String> values) {
    return NAMED
        .matcher(text)
        .replaceAll(
            named ->
                Matcher.quoteReplacement(
                    named.group(1) != null
                        ? "{" + named.group(1) + "}"
                        : values.get(named.group(2))));
  }

  /** The values of all placeholders for a run. */
  static Map<String, String> values(TrainingOrder order) {
    HyperParameters hyper = order.job().getHyperParameters();
    Map<String, String> values = new TreeMap<>();
    values.put("arm", order.run().armName());
    values.put("batchSize", Integer.toString(hyper.getBatchSize()));
    values.put("dataset", order.folder().dataset().toAbsolutePath().toString());
    values.put("epochs", Integer.toString(hyper.getEpochs()));
    values.put("examples", Integer.toString(order.examples().size()));
    values.put("full", Boolean.toString(hyper.getFull()));
    values.put("job", order.job().getJobId());
    values.put("learningRate", Double.toString(hyper.getLearningRate()));
    values.put("loraAlpha", Double.toString(hyper.getLoraAlpha()));
    values.put("loraDropout", Double.toString(hyper.getLoraDropout()));
    values.put("loraRank", Integer.toString(hyper.getLoraRank()));
    values.put("loraTargets", String.join(",", hyper.getLoraTargets()));
    values.put("maxGradientNorm", Double.toString(hyper.getMaxGradientNorm()));
    values.put("maxLength", Integer.toString(hyper.getMaxLength()));
    values.put("model", order.model().toAbsolutePath().toString());
    values.put("output", order.folder().writing().toAbsolutePath().toString());
    values.put("seed", Integer.toString(order.run().seed()));
    values.put("task", order.job().getTaskId());
    values.put("warmupRatio", Double.toString(hyper.getWarmupRatio()));
    values.put("weightDecay", Double.toString(hyper.getWeightDecay()));
    return values;
  }

  /** The names of all placeholders, sorted. */
  public static SortedSet<String> names() {
    return new TreeSet<>(NAMES);
  }
}
