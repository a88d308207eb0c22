package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.device.DeviceFaults;
import io.sluice.gpuworker.gradient.ModelInput;
import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import io.sluice.gpuworker.representation.memory.TextRoom;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Represents examples with a model: turns them into its input, computes the vectors of a {@link
 * RepresentationKind} and scales each vector to unit length.
 *
 * <p>On a CPU, every example gets its own pass through the model by default, so its vectors do not
 * depend on the batch that it is in. When examples share passes, the last bits may.
 */
public final class ExampleRepresenter implements Representer {
  private static final Logger LOG = LoggerFactory.getLogger(ExampleRepresenter.class);

  private final Pooled<?> model;
  private final String fingerprint;
  private final StageTimes times;

  /** A model with the threads that compute with it. */
  private record Pooled<E extends ModelInput>(
      LoadedModel<E> loaded, List<Lane<E>> lanes, ExamplePool<E> pool) {
    static <E extends ModelInput> Pooled<E> of(LoadedModel<E> loaded) {
      List<Lane<E>> lanes = loaded.lanes();
      return new Pooled<>(loaded, lanes, new ExamplePool<>(lanes, loaded.passes()));
    }

    ExampleVectors<E> vectors() {
      return lanes.get(0).vectors();
    }

    List<Outcome> represent(List<? extends Text> examples, ExampleRole role, StageTimes times) {
      return pool.represent(
          examples.stream()
              .<Supplier<Prepared<E>>>map(
                  text -> () -> times.time(Stage.TOKENIZE, () -> loaded.prepare(text)))
              .toList(),
          role);
    }

    String fingerprint() throws IOException {
      Fingerprint all = new Fingerprint();
      loaded.describe(all);
      vectors().describe(all);
      return all.hex();
    }
  }

  private ExampleRepresenter(Pooled<?> model, StageTimes times) throws IOException {
    this.model = model;
    this.times = times;
    fingerprint = model.fingerprint();
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
   * Loads the model on the devices that were chosen, see {@link #open(RepresentationSettings)}.
   *
   * @throws io.sluice.gpuworker.device.UnusableDeviceException when a device is not there
   * @throws IOException when a file is missing or unusable, or a self-test fails; the message names
   *     it and says what to do
   */
  public static ExampleRepresenter open(RepresentationSettings settings, ComputeSettings compute)
      throws IOException {
    StageTimes times = new StageTimes();
    LoadedModel<?> loaded = settings.kind().open(settings, compute, times);
    Pooled<?> pooled = Pooled.of(loaded);
    try {
      ExampleRepresenter representer = new ExampleRepresenter(pooled, times);
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
      pooled.pool().shutDown();
      loaded.close();
      throw e;
    }
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public String textForm() {
    return model.loaded().textForm();
  }

  @Override
  public String tokenizer() {
    return model.loaded().tokenizer();
  }

  /** Which texts fit into the memory; empty for sentence embeddings, which take little. */
  public Optional<TextRoom> room() {
    return model.loaded().room();
  }

  @Override
  public int dimension() {
    return model.vectors().dimension();
  }

  @Override
  public int checkpoints() {
    return model.vectors().weights().length;
  }

  @Override
  public float[] checkpointWeights() {
    return model.vectors().weights();
  }

  @Override
  public String device() {
    return model.lanes().stream().map(Lane::device).collect(Collectors.joining(", "));
  }

  @Override
  public List<DeviceFaults> faults() {
    return model.lanes().stream().map(Lane::faults).toList();
  }

  @Override
  public List<Outcome> represent(List<? extends Text> examples, ExampleRole role) {
    return model.represent(examples, role, times);
  }

  /** The time that each stage has taken so far, summed over all examples and threads. */
  public StageTimes stageTimes() {
    return times;
  }

  /**
   * Stops the threads and frees the memory of the model. When a thread does not stop within a
   * minute, the memory is not freed, because the thread still uses it.
   */
  @Override
  public void close() {
    if (!model.pool().shutDown()) {
      LOG.atWarn().log("An example is still being computed; the model's memory is not freed");
      return;
    }
    model.loaded().close();
  }
}
