package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.gradient.AdamForm;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.util.List;

/**
 * Reduces gradients in Java, which on a CPU takes a small part of what the gradients take.
 *
 * @param moments of each checkpoint; empty where candidates keep the plain form
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
