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
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A causal language model with its tokenizer, on every GPU, or on the CPU when there is none. */
final class DecoderModel implements LoadedModel<Encoded.Example> {
  private static final Logger LOG = LoggerFactory.getLogger(DecoderModel.class);

  private static final List<String> MODEL_FILES =
      List.of("config.json", "tokenizer.json", "tokenizer_config.json");

  private final RepresentationSettings settings;
  private final Set<ElementType> stored;
  private final List<Torch> devices;
  private final Tokens tokens;
  private final ExampleEncoder encoder;
  private final List<ExampleVectors<Encoded.Example>> vectors = new ArrayList<>();
  private final Passes passes;

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
    this.devices = devices;
    this.tokens = tokens;
    encoder = settings.text().encoder(settings.folder(), tokens);
    if (settings.text().form() instanceof TextForm.Reference) {
      SelfTest.requireStablePrefixes(tokens);
    }
    MemoryPlan plan = plan(compute);
    boolean gpu = devices.get(0).manager().getDevice().isGpu();
    int most = compute.most(gpu);
    passes =
        new Passes(compute.tokensInFlight(), size -> size.examples() <= most && plan.allows(size));
    for (Torch device : devices) {
      ExampleVectors<Encoded.Example> loaded =
          kind.open(this.settings, new ComputeDevice(device, plan::recomputes, times));
      loaded.selfTest(SelfTest.example(tokens, loaded.vocabulary()));
      vectors.addAll(Collections.nCopies(device.parallelism(), loaded));
    }
  }

  /** Checks that the model fits into the device with the least memory, before it is loaded. */
  private MemoryPlan plan(ComputeSettings compute) throws IOException {
    Torch smallest = Collections.min(devices, Comparator.comparingLong(DecoderModel::usableMemory));
    boolean gpu = smallest.manager().getDevice().isGpu();
    DecoderMemory memory = DecoderMemory.read(settings);
    MemoryPlan plan =
        new MemoryPlan(
            memory.estimate(gpu),
            usableMemory(smallest),
            smallest.parallelism(),
            compute.recompute());
    int limit = settings.text().maxLength();
    plan.requireRoom(limit, memory.narrower(gpu));
    LOG.atInfo()
        .addKeyValue("device", smallest.device())
        .addKeyValue("needed", plan.least(limit).text())
        .addKeyValue("usable", MemoryNeed.text(plan.memory()))
        .addKeyValue("longestText", plan.longest(limit))
        .addKeyValue("longestTextWithoutRecomputation", plan.longestKept(limit))
        .log("Estimated the memory for one text of the greatest length");
    return plan;
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
    Tokens tokens = settings.text().tokens(settings.folder());
    List<Torch> devices = Torch.openAll();
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
  public List<ExampleVectors<Encoded.Example>> vectors() {
    return List.copyOf(vectors);
  }

  @Override
  public Passes passes() {
    return passes;
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
  public String device() {
    return devices.stream().map(Torch::device).collect(Collectors.joining(", "));
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
    devices.forEach(Torch::close);
  }
}
