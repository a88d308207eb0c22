package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.DecoderWeights;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Represents examples with a model: encodes them, computes the vectors of a {@link Kind} and scales
 * each to unit length.
 *
 * <p>Each example is computed by itself, so its vectors do not depend on what it is batched with.
 */
public final class ExampleRepresenter implements Representer {
  private static final Logger LOG = LoggerFactory.getLogger(ExampleRepresenter.class);
  private static final List<String> MODEL_FILES =
      List.of("config.json", "tokenizer.json", "tokenizer_config.json");

  private final Torch torch;
  private final Tokens tokens;
  private final ExampleEncoder encoder;
  private final ExampleVectors vectors;
  private final String fingerprint;
  private final ExecutorService threads;
  private final StageTimes times = new StageTimes();

  private ExampleRepresenter(RepresentationSettings settings, Torch torch, Tokens tokens)
      throws IOException {
    this.torch = torch;
    this.tokens = tokens;
    encoder = new ExampleEncoder(tokens, settings.maxLength());
    vectors = settings.kind().open(settings, torch, times);
    vectors.selfTest(SelfTest.example(tokens, vectors.vocabulary()));
    fingerprint = fingerprint(settings);
    threads = Executors.newFixedThreadPool(torch.parallelism(), ExampleRepresenter::thread);
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
    Tokens tokens = Tokens.open(settings.model(), settings.maxLength());
    Torch torch = Torch.open();
    try {
      ExampleRepresenter representer = new ExampleRepresenter(settings, torch, tokens);
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
      torch.close();
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
    return torch.device();
  }

  @Override
  public List<Outcome> represent(List<? extends Text> examples, Role role) {
    return inParallel(
        examples.stream()
            .<Callable<Outcome>>map(text -> () -> represent(encoded(text), role))
            .toList());
  }

  /** How long each stage took so far, over all examples. */
  public StageTimes stageTimes() {
    return times;
  }

  private Encoded encoded(Text text) {
    return times.time(Stage.TOKENIZE, () -> encoder.encode(text));
  }

  private Outcome represent(Encoded encoded, Role role) {
    if (encoded instanceof Encoded.Refused refused) {
      return new Unusable(refused.reason());
    }
    Encoded.Example example = (Encoded.Example) encoded;
    for (long id : example.ids()) {
      if (id >= vectors.vocabulary()) {
        return new Unusable(
            "token " + id + " is beyond the model's " + vectors.vocabulary() + ": wrong tokenizer");
      }
    }
    float[][] rows = vectors.of(example, role);
    for (int c = 0; c < rows.length; c++) {
      if (!UnitLength.scale(rows[c])) {
        return new Unusable("its vector " + (c + 1) + " is zero or not finite");
      }
    }
    return new Represented(rows, example.ids().length);
  }

  private List<Outcome> inParallel(List<Callable<Outcome>> tasks) {
    try {
      List<Outcome> outcomes = new ArrayList<>(tasks.size());
      for (Future<Outcome> future : threads.invokeAll(tasks)) {
        outcomes.add(future.get());
      }
      return outcomes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while representing examples", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the engine failed on an example: " + e.getCause().getMessage(), e);
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "represent");
    thread.setDaemon(true);
    return thread;
  }

  /** Frees the arrays only once no thread computes with them. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.atWarn().log("An example is still being computed; its memory is not freed");
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    tokens.close();
    torch.close();
  }
}
