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
 * Reduces gradients on the device that holds them, so that only sketches have to be copied to the
 * host. For plain gradients the result equals that of {@link ReductionInJava} to the last bit. For
 * Adam's form it is within 1e-6 (relative L2 error), because devices round the square root
 * differently.
 */
final class ReductionOnDevice implements GradientReduction {
  private final Optional<AdamForm.OnDevice> adam;
  private final DeviceSketch sketch;
  private final StageTimes times;

  /**
   * Copies the moments and the sketch's signs to the device.
   *
   * @param manager owns the arrays that stay on the device
   * @param moments the optimizer's moments at each checkpoint; empty when candidates' gradients
   *     stay plain
   * @param projection applied to the gradient at each checkpoint
   * @param checkpoints the number of checkpoints
   * @param size the number of values of a gradient
   * @param times collects the time that each stage takes
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
