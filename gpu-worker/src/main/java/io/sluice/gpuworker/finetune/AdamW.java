package io.sluice.gpuworker.finetune;

import java.util.List;

/**
 * The optimizer AdamW (Loshchilov and Hutter 2019) as PyTorch computes it, in 32-bit floats: {@code
 * m' = m + (1 - b1)(g - m)}, {@code v' = b2 v + (1 - b2) g^2}, {@code w' = w (1 - rate decay) -
 * rate / (1 - b1^t) m' / (sqrt(v') / sqrt(1 - b2^t) + epsilon)} at step t, counted from 1. Not
 * thread-safe.
 */
final class AdamW {
  private final TrainingHyperParameters.Adam settings;
  private final List<TrainedParameter> parameters;
  private final float[] first;
  private final float[] second;

  /**
   * Creates an optimizer that updates the given moving averages in place.
   *
   * @param first moving averages of the gradient, one value per parameter value
   * @param second moving averages of the squared gradient, one value per parameter value
   */
  AdamW(
      TrainingHyperParameters.Adam settings,
      List<TrainedParameter> parameters,
      float[] first,
      float[] second) {
    this.settings = settings;
    this.parameters = List.copyOf(parameters);
    this.first = first;
    this.second = second;
  }

  /**
   * Updates the parameters and the moving averages.
   *
   * @param step the number of the step, from 1
   * @param rate the learning rate of the step
   * @param values the values of all parameters, flat; changed
   * @param gradient the gradient of the loss with respect to the values
   */
  void step(int step, double rate, float[] values, float[] gradient) {
    float keep = (float) (1 - rate * settings.weightDecay());
    for (TrainedParameter parameter : parameters) {
      if (parameter.decays() && keep != 1) {
        for (int i = parameter.offset(); i < parameter.end(); i++) {
          values[i] *= keep;
        }
      }
    }
    float rest1 = (float) (1 - settings.beta1());
    float beta2 = (float) settings.beta2();
    float rest2 = (float) (1 - settings.beta2());
    float root2 = (float) Math.sqrt(1 - Math.pow(settings.beta2(), step));
    float epsilon = (float) settings.epsilon();
    float size = (float) (rate / (1 - Math.pow(settings.beta1(), step)));
    for (int i = 0; i < values.length; i++) {
      float g = gradient[i];
      float m = first[i] + rest1 * (g - first[i]);
      float v = second[i] * beta2 + rest2 * g * g;
      first[i] = m;
      second[i] = v;
      values[i] -= size * (m / ((float) Math.sqrt(v) / root2 + epsilon));
    }
  }
}
