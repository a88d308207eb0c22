package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.representation.CountSketch;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** Validators of the settings that say how gradients are projected to shorter vectors. */
final class ProjectionChecks {
  private ProjectionChecks() {}

  static Validator projection() {
    return LambdaValidator.with(
        (key, value) -> {
          if ("none".equals(value)) {
            throw new ConfigException(
                key
                    + " none is not for streams, where a gradient of full length is too large for"
                    + " a record: use sketch, with a larger dimension for more precision");
          }
          if (!"sketch".equals(value)) {
            throw new ConfigException(key, value, "use sketch");
          }
        },
        () -> "sketch");
  }

  static Validator dimension() {
    return LambdaValidator.with(
        (key, value) -> {
          int dimension = value instanceof Integer given ? given : 0;
          if (dimension < 8 || dimension > CountSketch.MAX_DIMENSION || dimension % 8 != 0) {
            throw new ConfigException(
                key, value, "use a multiple of 8 from 8 to " + CountSketch.MAX_DIMENSION);
          }
        },
        () -> "8 to " + CountSketch.MAX_DIMENSION + ", a multiple of 8");
  }
}
