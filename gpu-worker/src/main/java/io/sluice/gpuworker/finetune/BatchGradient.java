package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.gradient.TokenLosses;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Computes the loss of a batch and its gradient. The loss is the mean over all learnt tokens of the
 * batch, as in the Hugging Face Trainer, so a long answer has more influence than a short one.
 *
 * <p>The packs of a batch are computed on several threads, and their results are added in a fixed
 * order.
 */
final class BatchGradient {
  private final NDManager manager;
  private final OrderedWork work;

  BatchGradient(NDManager manager, OrderedWork work) {
    this.manager = manager;
    this.work = work;
  }

  /**
   * The loss and the gradient of a batch, or what one pack contributes to them.
   *
   * @param loss in nats per token
   * @param gradient one value per parameter value, flat
   */
  record Result(double loss, float[] gradient) {}

  /**
   * Computes the loss of a batch and its gradient.
   *
   * @param size the number of values of the gradient
   * @param seed seed of the dropout of the first pack; each further pack uses the next number
   * @throws InterruptedException when interrupted
   * @throws IllegalStateException when the engine fails, for example for lack of memory
   */
  Result compute(Trainable.Weights weights, List<PackedExamples> packs, int size, long seed)
      throws InterruptedException {
    int learnt = packs.stream().mapToInt(pack -> pack.pack().asked().length).sum();
    List<Supplier<Result>> tasks = new ArrayList<>();
    for (PackedExamples pack : packs) {
      long packSeed = seed + tasks.size();
      tasks.add(() -> contribution(weights, pack, learnt, packSeed));
    }
    float[] gradient = new float[size];
    double[] loss = new double[1];
    work.run(
        tasks,
        contribution -> {
          loss[0] += contribution.loss();
          for (int i = 0; i < size; i++) {
            gradient[i] += contribution.gradient()[i];
          }
        });
    return new Result(loss[0], gradient);
  }

  /** What one pack contributes to the loss and to the gradient of its batch. */
  private Result contribution(
      Trainable.Weights weights, PackedExamples pack, int learnt, long seed) {
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      JniUtils.setGradMode(true);
      Trainable.Graph graph = weights.graph(seed);
      NDArray logits = graph.logits(scratch, pack.pack());
      NDArray total = TokenLosses.of(scratch, logits, pack.pack().targets()).sum();
      NDArray upstream = scratch.create(1f / learnt);
      JniUtils.backward((PtNDArray) total, (PtNDArray) upstream, false, false);
      return new Result((double) total.toFloatArray()[0] / learnt, graph.gradient().toFloatArray());
    } finally {
      JniUtils.setGradMode(false);
    }
  }
}
