package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Represents examples with a model: encodes them, computes the vectors of a {@link
 * RepresentationKind} and scales each to unit length.
 *
 * <p>Each example is computed by itself, so its vectors do not depend on what it is batched with.
 */
public final class ExampleRepresenter implements Representer {
  private static final Logger LOG = LoggerFactory.getLogger(ExampleRepresenter.class);
  private static final List<String> MODEL_FILES =
      List.of("config.json", "tokenizer.json", "tokenizer_config.json");

  private final List<Torch> devices;
  private final Tokens tokens;
  private final ExampleEncoder encoder;
  private final ExampleVectors vectors;
  private final ExamplePool pool;
  private final String fingerprint;
  private final StageTimes times = new StageTimes();

  private ExampleRepresenter(
      RepresentationSettings settings, ComputeSettings compute, List<Torch> devices, Tokens tokens)
      throws IOException {
    this.devices = devices;
    this.tokens = tokens;
    encoder = new ExampleEncoder(tokens, settings.maxLength());
    List<ExampleVectors> ofThreads = new ArrayList<>();
    for (Torch device : devices) {
      ExampleVectors loaded =
          settings.kind().open(settings, new ComputeDevice(device, compute.recompute(), times));
      loaded.selfTest(SelfTest.example(tokens, loaded.vocabulary()));
      ofThreads.addAll(Collections.nCopies(device.parallelism(), loaded));
    }
    vectors = ofThreads.get(0);
    pool = new ExamplePool(ofThreads, compute.tokensInFlight());
    fingerprint = fingerprint(settings);
  }

  private String fingerprint(RepresentationSettings settings) throws IOException {
    Fingerprint all = new Fingerprint().add("length " + settings.maxLength());
    for (String name : MODEL_FILES) {
      all.add(settings.model().resolve(name));
    }
    for (Path file : DecoderWeights.files(settings.model())) {
      all.add(file);
    }
    vectors.describe(all);
    return all.hex();
  }

  /**
   * Loads model, checkpoints and tokenizer, and tests them.
   *
   * @throws IOException when a file is missing or cannot be used, or a self-test fails; the message
   *     says which and what to do
   */
  public static ExampleRepresenter open(RepresentationSettings settings) throws IOException {
    return open(settings, ComputeSettings.DEFAULT);
  }

  /**
   * Loads model, checkpoints and tokenizer, and tests them, on every GPU or else on the CPU.
   *
   * @throws IOException when a file is missing or cannot be used, or a self-test fails; the message
   *     says which and what to do
   */
  public static ExampleRepresenter open(RepresentationSettings settings, ComputeSettings compute)
      throws IOException {
    Tokens tokens = Tokens.open(settings.model(), settings.maxLength());
    List<Torch> devices = Torch.openAll();
    try {
      ExampleRepresenter representer = new ExampleRepresenter(settings, compute, devices, tokens);
      LOG.atInfo()
          .addKeyValue("kind", settings.kind().label())
          .addKeyValue("device", representer.device())
          .addKeyValue("checkpoints", representer.checkpoints())
          .addKeyValue("dimension", representer.dimension())
          .addKeyValue("fingerprint", representer.fingerprint())
          .log("Representation is ready");
      return representer;
    } catch (IOException | RuntimeException e) {
      tokens.close();
      devices.forEach(Torch::close);
      throw e;
    }
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int dimension() {
    return vectors.dimension();
  }

  @Override
  public int checkpoints() {
    return vectors.weights().length;
  }

  @Override
  public float[] checkpointWeights() {
    return vectors.weights();
  }

  @Override
  public String device() {
    return devices.stream().map(Torch::device).collect(Collectors.joining(", "));
  }

  @Override
  public List<Outcome> represent(List<? extends Text> examples, ExampleRole role) {
    return pool.represent(
        examples.stream().<Supplier<Encoded>>map(text -> () -> encoded(text)).toList(), role);
  }

  /** How long each stage took so far, over all examples. */
  public StageTimes stageTimes() {
    return times;
  }

  private Encoded encoded(Text text) {
    return times.time(Stage.TOKENIZE, () -> encoder.encode(text));
  }

  /** Frees the arrays only once no thread computes with them. */
  @Override
  public void close() {
    if (!pool.end()) {
      LOG.atWarn().log("An example is still being computed; its memory is not freed");
      return;
    }
    tokens.close();
    devices.forEach(Torch::close);
  }
}
