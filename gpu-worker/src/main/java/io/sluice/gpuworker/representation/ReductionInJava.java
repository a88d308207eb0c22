package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.gradient.AdamForm;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * Reduces gradients in Java. On a CPU this takes little time compared with the gradients
 * themselves.
 *
 * @param moments the optimizer's moments at each checkpoint; empty when candidates' gradients stay
 *     plain
 * @param projection applied to the gradient at each checkpoint
 * @param times collects the time that each stage takes
 */
record ReductionInJava(List<AdamMoments> moments, Projection projection, StageTimes times)
    implements GradientReduction {
  @Override
  public List<float[][]> reduce(
      NDManager scratch, NDArray gradients, int examples, ExampleRole role) {
    int checkpoints = (int) gradients.getShape().get(0) / examples;
    List<float[][]> all = new ArrayList<>();
    for (int e = 0; e < examples; e++) {
      float[][] rows = new float[checkpoints][];
      for (int c = 0; c < checkpoints; c++) {
        rows[c] = row(gradients, c * examples + e, c, role);
      }
      all.add(rows);
    }
    return all;
  }

  private float[] row(NDArray gradients, int lane, int checkpoint, ExampleRole role) {
    float[] row = times.time(Stage.MODEL, () -> gradients.get(lane).toFloatArray());
    if (role == ExampleRole.CANDIDATE && !moments.isEmpty()) {
      times.time(Stage.ADAM, () -> AdamForm.apply(row, moments.get(checkpoint)));
    }
    return times.time(Stage.PROJECTION, () -> projection.apply(row, checkpoint));
  }
}
