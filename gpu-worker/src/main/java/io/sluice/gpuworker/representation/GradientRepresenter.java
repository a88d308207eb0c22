package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.AdamForm;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.ExampleEncoder;
import io.sluice.gpuworker.gradient.GradientEngine;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.model.AdamMoments;
import io.sluice.gpuworker.model.CheckpointWeights;
import io.sluice.gpuworker.model.Decoder;
import io.sluice.gpuworker.model.DecoderConfig;
import io.sluice.gpuworker.model.DecoderWeights;
import io.sluice.gpuworker.model.LoraCheckpoint;
import io.sluice.gpuworker.model.LoraStack;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.Torch;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Query;
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
 * Represents examples by their gradients in LoRA parameters (LESS; Xia et al., ICML 2024), one
 * vector a warm-up checkpoint: candidates in the form of an Adam step, queries plain; projected,
 * then scaled to unit length.
 *
 * <p>Each example is computed by itself, so its vectors do not depend on what it is batched with.
 */
public final class GradientRepresenter implements Representer {
  private static final Logger LOG = LoggerFactory.getLogger(GradientRepresenter.class);

  /** A query's prompt and its answer are each cut at the length limit. */
  private static final int PARTS = 2;

  private final Torch torch;
  private final Tokens tokens;
  private final ExampleEncoder encoder;
  private final GradientEngine engine;
  private final List<AdamMoments> moments;
  private final Projection projection;
  private final int vocabulary;
  private final int dimension;
  private final String fingerprint;
  private final float[] weights;
  private final ExecutorService threads;

  private GradientRepresenter(
      GradientSettings settings, Torch torch, Tokens tokens, List<LoraCheckpoint> checkpoints)
      throws IOException {
    this.torch = torch;
    this.tokens = tokens;
    Decoder decoder =
        Decoder.load(
            torch.manager(),
            DecoderConfig.read(settings.model()),
            DecoderWeights.open(torch.manager(), settings.model(), checkpoints.get(0)),
            Math.multiplyExact(PARTS, settings.maxLength()));
    LoraStack adapters = LoraStack.load(torch.manager(), decoder, checkpoints);
    moments = new ArrayList<>();
    for (LoraCheckpoint checkpoint : checkpoints) {
      moments.add(AdamMoments.read(checkpoint, adapters.layout()));
    }
    encoder = new ExampleEncoder(tokens, settings.maxLength());
    engine = new GradientEngine(torch.manager(), decoder, adapters);
    projection = settings.projection();
    vocabulary = decoder.vocabulary();
    dimension = projection.dimension(adapters.layout().size());
    fingerprint = Fingerprint.of(settings, checkpoints);
    weights = CheckpointWeights.read(settings.checkpoints());
    threads = Executors.newFixedThreadPool(torch.parallelism(), GradientRepresenter::thread);
  }

  /**
   * Loads model, checkpoints and tokenizer.
   *
   * @throws IOException when a file is missing or cannot be used; the message says what to do
   */
  public static GradientRepresenter open(GradientSettings settings) throws IOException {
    List<LoraCheckpoint> checkpoints = new ArrayList<>();
    for (Path folder : settings.checkpoints()) {
      checkpoints.add(LoraCheckpoint.open(folder));
    }
    Tokens tokens = Tokens.open(settings.model(), settings.maxLength());
    Torch torch = Torch.open();
    try {
      GradientRepresenter representer =
          new GradientRepresenter(settings, torch, tokens, checkpoints);
      LOG.atInfo()
          .addKeyValue("device", representer.device())
          .addKeyValue("checkpoints", representer.checkpoints())
          .addKeyValue("dimension", representer.dimension())
          .addKeyValue("fingerprint", representer.fingerprint())
          .log("Gradient representation is ready");
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
    return dimension;
  }

  @Override
  public int checkpoints() {
    return weights.length;
  }

  @Override
  public float[] checkpointWeights() {
    return weights.clone();
  }

  @Override
  public String device() {
    return torch.device();
  }

  @Override
  public List<Outcome> candidates(List<Candidate> candidates) {
    return inParallel(
        candidates.stream()
            .<Callable<Outcome>>map(
                candidate -> () -> represent(encoder.candidate(candidate.getMessages()), true))
            .toList());
  }

  @Override
  public List<Outcome> queries(List<Query> queries) {
    return inParallel(
        queries.stream()
            .<Callable<Outcome>>map(
                query -> () -> represent(encoder.query(query.getMessages()), false))
            .toList());
  }

  /**
   * Represents queries whose text is already formatted.
   *
   * @return one outcome a query, in order
   */
  public List<Outcome> formattedQueries(List<PromptAnswer> queries) {
    return inParallel(
        queries.stream()
            .<Callable<Outcome>>map(query -> () -> represent(encoder.query(query), false))
            .toList());
  }

  private Outcome represent(Encoded encoded, boolean adam) {
    if (encoded instanceof Encoded.Refused refused) {
      return new Unusable(refused.reason());
    }
    Encoded.Example example = (Encoded.Example) encoded;
    for (long id : example.ids()) {
      if (id >= vocabulary) {
        return new Unusable(
            "token " + id + " is beyond the model's " + vocabulary + ": wrong tokenizer");
      }
    }
    float[][] rows = engine.compute(example).gradients();
    for (int c = 0; c < rows.length; c++) {
      if (adam) {
        AdamForm.apply(rows[c], moments.get(c));
      }
      rows[c] = projection.apply(rows[c], c);
      if (!scaleToUnit(rows[c])) {
        return new Unusable("its gradient at checkpoint " + (c + 1) + " is zero or not finite");
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

  /** Returns whether the vector has a direction; without one it is left as it is. */
  private static boolean scaleToUnit(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double norm = Math.sqrt(squares);
    if (!(norm > 0) || Double.isInfinite(norm)) {
      return false;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / norm);
    }
    return true;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "gradient");
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
