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
 * Loss of a batch and its gradient: the mean over all learnt tokens of the batch, as the Hugging
 * Face Trainer has it, so that a long answer counts for more than a short one.
 *
 * <p>Packs are computed on several threads and added in order.
 */
final class BatchGradient {
  private final NDManager manager;
  private final OrderedWork work;

  BatchGradient(NDManager manager, OrderedWork work) {
    this.manager = manager;
    this.work = work;
  }

  /**
   * A batch's result.
   *
   * @param loss in nats a token
   * @param gradient flat
   */
  record Result(double loss, float[] gradient) {}

  /**
   * Computes a batch.
   *
   * @param size values of the gradient
   * @param seed of what is random in it
   */
  Result of(Trainable.Weights weights, List<PackedExamples> packs, int size, long seed)
      throws InterruptedException {
    int learnt = packs.stream().mapToInt(pack -> pack.pack().asked().length).sum();
    List<Supplier<Result>> tasks = new ArrayList<>();
    for (PackedExamples pack : packs) {
      long own = seed + tasks.size();
      tasks.add(() -> share(weights, pack, learnt, own));
    }
    float[] gradient = new float[size];
    double[] loss = new double[1];
    work.run(
        tasks,
        share -> {
          loss[0] += share.loss();
          for (int i = 0; i < size; i++) {
            gradient[i] += share.gradient()[i];
          }
        });
    return new Result(loss[0], gradient);
  }

  /** What a pack adds to loss and gradient. */
  private Result share(Trainable.Weights weights, PackedExamples pack, int learnt, long seed) {
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
