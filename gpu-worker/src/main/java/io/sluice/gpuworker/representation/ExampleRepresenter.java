package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextForm;
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
 * RepresentationKind} and scales each vector to unit length.
 *
 * <p>Every example gets its own pass through the model, so its vectors do not depend on the batch
 * that it is in.
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
    encoder = settings.text().encoder(settings.model(), tokens);
    if (settings.text().form() instanceof TextForm.Reference) {
      SelfTest.requireStablePrefixes(tokens);
    }
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
    Fingerprint all = new Fingerprint().add("length " + settings.text().maxLength());
    if (!(settings.text().form() instanceof TextForm.Reference)) {
      all.add("text form " + encoder.textForm());
    }
    if (settings.text().queries() != QueryMode.PROMPT_AND_RESPONSE) {
      all.add("queries " + settings.text().queries().label());
    }
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
   * Loads the model, the checkpoints and the tokenizer on every GPU, or on the CPU when there is no
   * GPU, and runs the self-tests. Uses {@link ComputeSettings#DEFAULT}.
   *
   * @throws IOException when a file is missing or unusable, or a self-test fails; the message names
   *     it and says what to do
   */
  public static ExampleRepresenter open(RepresentationSettings settings) throws IOException {
    return open(settings, ComputeSettings.DEFAULT);
  }

  /**
   * Loads the model, the checkpoints and the tokenizer on every GPU, or on the CPU when there is no
   * GPU, and runs the self-tests.
   *
   * @throws IOException when a file is missing or unusable, or a self-test fails; the message names
   *     it and says what to do
   */
  public static ExampleRepresenter open(RepresentationSettings settings, ComputeSettings compute)
      throws IOException {
    Tokens tokens = settings.text().tokens(settings.model());
    List<Torch> devices = Torch.openAll();
    try {
      ExampleRepresenter representer = new ExampleRepresenter(settings, compute, devices, tokens);
      LOG.atInfo()
          .addKeyValue("kind", settings.kind().label())
          .addKeyValue("device", representer.device())
          .addKeyValue("checkpoints", representer.checkpoints())
          .addKeyValue("dimension", representer.dimension())
          .addKeyValue("textForm", representer.textForm())
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
  public String textForm() {
    return encoder.textForm();
  }

  @Override
  public String tokenizer() {
    return tokens.hash();
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
        examples.stream().<Supplier<Encoded>>map(text -> () -> encode(text)).toList(), role);
  }

  /** The time that each stage has taken so far, summed over all examples and threads. */
  public StageTimes stageTimes() {
    return times;
  }

  private Encoded encode(Text text) {
    return times.time(Stage.TOKENIZE, () -> encoder.encode(text));
  }

  /**
   * Stops the threads and frees the memory of the model. When a thread does not stop within a
   * minute, the memory is not freed, because the thread still uses it.
   */
  @Override
  public void close() {
    if (!pool.shutDown()) {
      LOG.atWarn().log("An example is still being computed; the model's memory is not freed");
      return;
    }
    tokens.close();
    devices.forEach(Torch::close);
  }
}
