package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.service.ServiceConfig;
import io.sluice.gpuworker.service.SettingChecks;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** What {@link WorkerConfig} can be given. */
final class WorkerSettings {
  private WorkerSettings() {}

  /** All of them, with type, default, range, importance and documentation. */
  static ConfigDef define() {
    ConfigDef settings = ServiceConfig.defineKafka();
    settings
        .define(
            WorkerConfig.MODEL_DIR,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            new ConfigDef.NonEmptyString(),
            Importance.HIGH,
            "Folder of the base model as Hugging Face publishes it: config.json, model.safetensors,"
                + " tokenizer.json.")
        .define(
            WorkerConfig.CHECKPOINT_DIRS,
            Type.LIST,
            List.of(),
            SettingChecks.different("a checkpoint folder"),
            Importance.HIGH,
            "Folders of the warm-up checkpoints (PEFT LoRA adapter with optimizer moments), in the"
                + " order of training, separated by commas. Kind gradient needs at least one;"
                + " kind hidden-state uses none.")
        .define(
            WorkerConfig.REPRESENTATION_ID,
            Type.STRING,
            "default",
            SettingChecks.name(),
            Importance.HIGH,
            "Name of the representation that this deployment of workers makes. Target tasks name"
                + " the representation they want; those of another are left to its workers.")
        .define(
            WorkerConfig.GROUP_ID,
            Type.STRING,
            "",
            Importance.MEDIUM,
            "Consumer group that the workers of one representation share. When empty:"
                + " sluice-worker- and the representation.id.")
        .define(
            WorkerConfig.KIND,
            Type.STRING,
            RepresentationKind.GRADIENT.label(),
            ValidString.in(RepresentationKind.labels().toArray(String[]::new)),
            Importance.MEDIUM,
            "What stands for an example: gradient, its loss's gradient at each checkpoint, or"
                + " hidden-state, the weighted mean of the base model's last hidden states.")
        .define(
            WorkerConfig.FORM,
            Type.STRING,
            "adam",
            ValidString.in("adam", "plain"),
            Importance.LOW,
            "A candidate's gradient: adam, as the step that the optimizer would take, or plain,"
                + " which needs no optimizer state. Without effect on other kinds.")
        .define(
            WorkerConfig.PROJECTION,
            Type.STRING,
            "sketch",
            ProjectionChecks.projection(),
            Importance.LOW,
            "How a gradient is made short enough to be stored: sketch, a seeded count-sketch.")
        .define(
            WorkerConfig.DIMENSION,
            Type.INT,
            Projection.DEFAULT_DIMENSION,
            ProjectionChecks.dimension(),
            Importance.MEDIUM,
            "Values of a projected vector, at most as many as the gradient has. More keep more of the gradient: spend bytes here rather"
                + " than on the encoding.")
        .define(
            WorkerConfig.ENCODING,
            Type.STRING,
            "",
            ValidString.in("", "SIGN", "INT4", "INT8", "FLOAT16"),
            Importance.MEDIUM,
            "How each value of a candidate's vector is stored, in 1, 4, 8 or 16 bits. When empty:"
                + " SIGN for gradients, FLOAT16 for hidden states. Queries are always stored in"
                + " full precision.")
        .define(
            WorkerConfig.MAX_LENGTH,
            Type.INT,
            RepresentationSettings.DEFAULT_MAX_LENGTH,
            Range.between(
                RepresentationSettings.MIN_MAX_LENGTH, RepresentationSettings.MAX_MAX_LENGTH),
            Importance.MEDIUM,
            "Tokens after which a candidate is cut, and a query's prompt and answer each.")
        .define(
            WorkerConfig.TOKENS_IN_FLIGHT,
            Type.INT,
            ComputeSettings.DEFAULT_TOKENS_IN_FLIGHT,
            Range.atLeast(1),
            Importance.MEDIUM,
            "Tokens of all the examples that are computed at a time: bounds the memory. A longer"
                + " example is computed alone; one that even alone finds too little memory becomes"
                + " a dead letter.")
        .define(
            WorkerConfig.RECOMPUTE,
            Type.BOOLEAN,
            false,
            Importance.LOW,
            "Whether the layers of a pass are computed again on the way back instead of being kept:"
                + " for long examples, about half of a pass's memory for a third more time.")
        .define(
            WorkerConfig.BATCH_RECORDS,
            Type.INT,
            32,
            Range.between(1, 10_000),
            Importance.LOW,
            "Records represented, published and committed together, at most. While one batch is"
                + " computed two more are fetched. After a crash at most one is published again.");
    return ServiceConfig.defineMetrics(settings);
  }
}
