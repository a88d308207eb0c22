package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.embedding.Sentence;
import io.sluice.gpuworker.embedding.SentenceEncoder;
import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.gradient.PromptAnswer;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.io.IOException;
import java.util.List;

/**
 * A sentence-embedding model, on the CPU. There is one vector per example, and its role makes no
 * difference.
 */
final class EmbeddingModel implements LoadedModel<Sentence> {
  /**
   * Part of the fingerprint; raise the number when a code change makes the same files give
   * different vectors.
   */
  private static final String METHOD = "embedding 1";

  private static final Text SAMPLE = new PromptAnswer("Name a prime number.", "Seven.");

  private final SentenceEncoder encoder;
  private final Vectors vectors;
  private final Lane<Sentence> lane;
  private final Passes passes;

  private EmbeddingModel(SentenceEncoder encoder, ComputeSettings compute, StageTimes times) {
    this.encoder = encoder;
    this.passes = new Passes(compute.tokensInFlight(), size -> false);
    this.vectors = new Vectors(encoder, times);
    this.lane =
        new Lane<>(
            new OnCpu(vectors),
            compute.devices().threads().orElse(Runtime.getRuntime().availableProcessors()),
            compute.tokensInFlight());
  }

  /** Loads a model, see {@link LoadedModel.Opener#open}. */
  static EmbeddingModel open(
      RepresentationSettings settings, ComputeSettings compute, StageTimes times)
      throws IOException {
    SentenceEncoder encoder =
        SentenceEncoder.open(
            settings.model(),
            settings.prompts(),
            settings.text().queries(),
            settings.text().maxLength());
    EmbeddingModel model = new EmbeddingModel(encoder, compute, times);
    try {
      model.vectors.selfTest(
          model
              .prepare(SAMPLE)
              .match(
                  sentence -> sentence,
                  reason -> {
                    throw new IllegalStateException(reason);
                  }));
      return model;
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  @Override
  public Prepared<Sentence> prepare(Text text) {
    return encoder.prepare(text);
  }

  @Override
  public List<Lane<Sentence>> lanes() {
    return List.of(lane);
  }

  /** Each text has a pass of its own: a model's results may depend on the padding. */
  @Override
  public Passes passes() {
    return passes;
  }

  /** Jobs train on the examples in this form; the prompts belong to the fingerprint alone. */
  @Override
  public String textForm() {
    return TextForm.Reference.LABEL;
  }

  @Override
  public String tokenizer() {
    return encoder.tokenizer();
  }

  @Override
  public void describe(Fingerprint fingerprint) {
    fingerprint.add(encoder.description());
  }

  @Override
  public void close() {
    lane.close();
  }

  /** ONNX Runtime on a CPU keeps nothing of an error that a new model would repair. */
  private record OnCpu(Vectors vectors) implements Lane.OnDevice<Sentence> {
    @Override
    public String device() {
      return "cpu";
    }

    @Override
    public void close() {
      vectors.encoder().close();
    }
  }

  /** The vectors of one model, for any number of threads. */
  private record Vectors(SentenceEncoder encoder, StageTimes times)
      implements ExampleVectors<Sentence> {
    @Override
    public List<float[][]> of(List<Sentence> examples, ExampleRole role) {
      return examples.stream()
          .map(example -> times.time(Stage.MODEL, () -> new float[][] {encoder.vector(example)}))
          .toList();
    }

    @Override
    public void selfTest(Sentence example) throws UnusableModelException {
      for (long id : example.ids()) {
        if (id >= vocabulary()) {
          throw SelfTest.failed("vocabulary", SelfTest.unknownToken(id, vocabulary()));
        }
      }
      encoder.requireExpectedWidth(example);
      SelfTest.requireUsableState(encoder.vector(example));
    }

    @Override
    public int dimension() {
      return encoder.dimension();
    }

    @Override
    public float[] weights() {
      return new float[] {1};
    }

    @Override
    public int vocabulary() {
      return encoder.vocabulary();
    }

    /** The model is described as a whole. */
    @Override
    public void describe(Fingerprint fingerprint) {
      fingerprint.add(METHOD);
    }
  }
}
