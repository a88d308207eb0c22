package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.gradient.AdamForm;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reduces gradients where they are, so that only sketches leave the device. Plain gradients come
 * out equal to {@link ReductionInJava} to the last bit, Adam's form within 1e-6 (relative L2),
 * since devices round its square root in ways of their own.
 */
final class ReductionOnDevice implements GradientReduction {
  private final Optional<AdamForm.OnDevice> adam;
  private final DeviceSketch sketch;
  private final StageTimes times;

  /**
   * A reduction.
   *
   * @param manager owns what stays on the device
   * @param moments of each checkpoint; empty where candidates keep the plain form
   * @param checkpoints how many
   * @param size values of a gradient
   */
  ReductionOnDevice(
      NDManager manager,
      List<AdamMoments> moments,
      CountSketch projection,
      int checkpoints,
      int size,
      StageTimes times) {
    adam =
        moments.isEmpty() ? Optional.empty() : Optional.of(AdamForm.OnDevice.of(manager, moments));
    sketch = new DeviceSketch(manager, projection, checkpoints, size);
    this.times = times;
  }

  @Override
  public float[][] reduce(NDManager scratch, NDArray gradients, ExampleRole role) {
    NDArray formed =
        role == ExampleRole.CANDIDATE && adam.isPresent()
            ? times.time(Stage.ADAM, () -> adam.get().apply(gradients))
            : gradients;
    return times.time(
        Stage.PROJECTION,
        () -> {
          NDArray sketches = sketch.apply(scratch, formed);
          return rows(sketches.getShape(), sketches.toFloatArray());
        });
  }

  private static float[][] rows(Shape shape, float[] flat) {
    int width = (int) shape.get(1);
    float[][] rows = new float[(int) shape.get(0)][];
    for (int c = 0; c < rows.length; c++) {
      rows[c] = Arrays.copyOfRange(flat, c * width, (c + 1) * width);
    }
    return rows;
  }
}
