package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.gradient.AdamForm;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import io.sluice.schemas.FeatureEncoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Reduces gradients on the device that holds them, so that only the sketches of a pass are copied
 * to the host, all at once; of candidates that are stored as signs, only these. The sketches are
 * within 1e-6 (relative L2 error) of those of {@link ReductionInJava}, because devices round the
 * square root differently and add in another order.
 */
final class ReductionOnDevice implements GradientReduction {
  private final Optional<AdamForm.OnDevice> adam;
  private final DeviceSketch sketch;
  private final Optional<DeviceSigns> signs;
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
   * @param stored the encoding in which candidates are stored
   * @param times collects the time that each stage takes
   */
  ReductionOnDevice(
      NDManager manager,
      List<AdamMoments> moments,
      CountSketch projection,
      int checkpoints,
      int size,
      FeatureEncoding stored,
      StageTimes times) {
    adam =
        moments.isEmpty() ? Optional.empty() : Optional.of(AdamForm.OnDevice.of(manager, moments));
    sketch = new DeviceSketch(manager, projection, checkpoints, size);
    signs =
        stored == FeatureEncoding.SIGN ? Optional.of(new DeviceSigns(manager)) : Optional.empty();
    this.times = times;
  }

  @Override
  public List<float[][]> reduce(
      NDManager scratch, NDArray gradients, int examples, ExampleRole role) {
    boolean formed = role == ExampleRole.CANDIDATE && adam.isPresent();
    NDArray form =
        formed ? times.time(Stage.ADAM, () -> adam.get().apply(gradients, examples)) : gradients;
    return times.time(
        Stage.PROJECTION,
        () -> {
          NDArray sketches = sketch.apply(form, examples);
          int rows = (int) sketches.getShape().get(0);
          return byExample(
              rows, examples, role == ExampleRole.CANDIDATE ? stored(sketches) : whole(sketches));
        });
  }

  /** Copies all sketches to the host. */
  private static IntFunction<float[]> whole(NDArray sketches) {
    int width = (int) sketches.getShape().get(1);
    float[] flat = sketches.toFloatArray();
    return row -> Arrays.copyOfRange(flat, row * width, (row + 1) * width);
  }

  /** Copies to the host what is stored of all sketches. */
  private IntFunction<float[]> stored(NDArray sketches) {
    if (signs.isEmpty()) {
      return whole(sketches);
    }
    int width = (int) sketches.getShape().get(1);
    byte[] packed = signs.get().pack(sketches).toByteArray();
    return row -> DeviceSigns.unpack(packed, row, width);
  }

  private static List<float[][]> byExample(int count, int examples, IntFunction<float[]> sketches) {
    int checkpoints = count / examples;
    List<float[][]> all = new ArrayList<>();
    for (int e = 0; e < examples; e++) {
      float[][] rows = new float[checkpoints][];
      for (int c = 0; c < checkpoints; c++) {
        rows[c] = sketches.apply(c * examples + e);
      }
      all.add(rows);
    }
    return all;
  }
}
