package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.gradient.AdamForm;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.representation.StageTimes.Stage;
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
  public float[][] reduce(NDManager scratch, NDArray gradients, ExampleRole role) {
    float[][] rows = new float[(int) gradients.getShape().get(0)][];
    for (int c = 0; c < rows.length; c++) {
      int checkpoint = c;
      float[] row = times.time(Stage.MODEL, () -> gradients.get(checkpoint).toFloatArray());
      if (role == ExampleRole.CANDIDATE && !moments.isEmpty()) {
        times.time(Stage.ADAM, () -> AdamForm.apply(row, moments.get(checkpoint)));
      }
      rows[c] = times.time(Stage.PROJECTION, () -> projection.apply(row, checkpoint));
    }
    return rows;
  }
}
