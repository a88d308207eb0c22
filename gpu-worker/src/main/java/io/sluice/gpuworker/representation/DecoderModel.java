package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.representation.memory.MemoryNeed;
import io.sluice.gpuworker.representation.memory.MemoryPlan;
import io.sluice.gpuworker.representation.memory.TextRoom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A causal language model with its tokenizer, loaded onto each of the chosen devices. */
final class DecoderModel implements LoadedModel<Encoded.Example> {
  private static final Logger LOG = LoggerFactory.getLogger(DecoderModel.class);

  private static final List<String> MODEL_FILES =
      List.of("config.json", "tokenizer.json", "tokenizer_config.json");

  /** While one pass waits for its result, the launches of another one keep the device busy. */
  private static final int PASSES_ON_GPU = 2;

  private final RepresentationSettings settings;
  private final Set<ElementType> stored;
  private final Tokens tokens;
  private final ExampleEncoder encoder;
  private final List<Lane<Encoded.Example>> lanes = new ArrayList<>();
  private final Passes passes;
  private final TextRoom room;

  /** Loads the model files of a kind onto a device. */
  interface OnDevice {
    ExampleVectors<Encoded.Example> open(RepresentationSettings settings, ComputeDevice device)
        throws IOException;
  }

  private DecoderModel(
      RepresentationSettings settings,
      ComputeSettings compute,
      StageTimes times,
      OnDevice kind,
      List<Torch> devices,
      Tokens tokens)
      throws IOException {
    stored = DecoderWeights.types(settings.folder());
    this.settings = settings.with(settings.weights().measured(devices.get(0).manager(), stored));
    this.tokens = tokens;
    encoder = settings.text().encoder(settings.folder(), tokens);
    if (settings.text().form() instanceof TextForm.Reference) {
      SelfTest.requireStablePrefixes(tokens);
    }
    Torch smallest = Collections.min(devices, Comparator.comparingLong(DecoderModel::usableMemory));
    MemoryPlan plan = plan(compute, smallest);
    room = plan.room(smallest.device(), settings.text().maxLength());
    log(room);
    int most = compute.most(devices.get(0).isGpu());
    passes =
        new Passes(compute.tokensInFlight(), size -> size.examples() <= most && plan.allows(size));
    DecoderOnDevice.Loader loader =
        device -> load(kind, new ComputeDevice(device, plan::recomputes, compute.stored(), times));
    for (Torch device : devices) {
      lanes.add(
          new Lane<>(
              DecoderOnDevice.load(device, loader), plan.passes(), compute.tokensInFlight()));
    }
  }

  /**
   * Loads the model and computes its first passes, with which the engine prepares the device: the
   * self-test, and the same short text from the beginning to the end.
   */
  private ExampleVectors<Encoded.Example> load(OnDevice kind, ComputeDevice device)
      throws IOException {
    ExampleVectors<Encoded.Example> loaded = kind.open(settings, device);
    Encoded.Example example = SelfTest.example(tokens, loaded.vocabulary());
    loaded.selfTest(example);
    loaded.of(List.of(example), ExampleRole.CANDIDATE);
    return loaded;
  }

  /** Checks that the model fits into the device with the least memory, before it is loaded. */
  private MemoryPlan plan(ComputeSettings compute, Torch smallest) throws IOException {
    boolean gpu = smallest.isGpu();
    DecoderMemory memory = DecoderMemory.read(settings);
    int limit = settings.text().maxLength();
    MemoryPlan one =
        new MemoryPlan(memory.estimate(gpu), usableMemory(smallest), 1, compute.recompute());
    int suitable =
        gpu ? one.fitting(limit, PASSES_ON_GPU) : Runtime.getRuntime().availableProcessors();
    MemoryPlan plan = one.withPasses(compute.devices().threads().orElse(suitable));
    plan.requireRoom(limit, memory.narrower(gpu));
    return plan;
  }

  private static void log(TextRoom room) {
    LOG.atInfo()
        .addKeyValue("device", room.device())
        .addKeyValue("needed", room.need().text())
        .addKeyValue("usable", MemoryNeed.text(room.usable()))
        .addKeyValue("longestText", room.longest())
        .addKeyValue("longestTextWithoutRecomputation", room.longestKept())
        .log("Estimated the memory for one text of the greatest length");
  }

  private static long usableMemory(Torch device) {
    return DeviceMemory.usable(device.manager().getDevice());
  }

  /** Loads models for a kind of vectors. */
  static Opener of(OnDevice kind) {
    return (settings, compute, times) -> open(settings, compute, times, kind);
  }

  private static DecoderModel open(
      RepresentationSettings settings, ComputeSettings compute, StageTimes times, OnDevice kind)
      throws IOException {
    return open(settings, compute, times, kind, Torch.openAll(compute.devices().choice()));
  }

  /** Loads a model onto each of some devices, which are closed with the model. */
  static DecoderModel open(
      RepresentationSettings settings,
      ComputeSettings compute,
      StageTimes times,
      OnDevice kind,
      List<Torch> devices)
      throws IOException {
    Tokens tokens = settings.text().tokens(settings.folder());
    try {
      return new DecoderModel(settings, compute, times, kind, devices, tokens);
    } catch (IOException | RuntimeException e) {
      tokens.close();
      devices.forEach(Torch::close);
      throw e;
    }
  }

  @Override
  public Prepared<Encoded.Example> prepare(Text text) {
    return encoder
        .encode(text)
        .<Prepared<Encoded.Example>>match(
            Prepared.Ready::new, refused -> new Prepared.Refused<>(refused.reason()));
  }

  @Override
  public List<Lane<Encoded.Example>> lanes() {
    return List.copyOf(lanes);
  }

  @Override
  public Passes passes() {
    return passes;
  }

  @Override
  public Optional<TextRoom> room() {
    return Optional.of(room);
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
  public void describe(Fingerprint fingerprint) throws IOException {
    fingerprint.add("length " + settings.text().maxLength());
    if (!(settings.text().form() instanceof TextForm.Reference)) {
      fingerprint.add("text form " + encoder.textForm());
    }
    if (settings.text().queries() != QueryMode.PROMPT_AND_RESPONSE) {
      fingerprint.add("queries " + settings.text().queries().label());
    }
    settings.weights().differences(stored).forEach(fingerprint::add);
    for (String name : MODEL_FILES) {
      fingerprint.add(settings.folder().resolve(name));
    }
    for (Path file : DecoderWeights.files(settings.folder())) {
      fingerprint.add(file);
    }
  }

  @Override
  public void close() {
    tokens.close();
    lanes.forEach(Lane::close);
  }
}
