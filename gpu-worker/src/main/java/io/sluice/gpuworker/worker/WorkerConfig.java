package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.DeviceSettings;
import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.CountSketch;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.StatePooling;
import io.sluice.gpuworker.service.ServiceConfig;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.connection.Setting;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Everything that can be set for a worker, checked.
 *
 * <p>{@link #definition()} documents each setting with its type, range and default. All other keys
 * belong to the Kafka clients or to the Avro serdes and are handed to them. Only keys are ever
 * logged or shown, no values, since values may be secrets.
 */
public final class WorkerConfig extends ServiceConfig {
  /** All of Sluice sketches with one seed, so that vectors can be compared everywhere. */
  private static final long SKETCH_SEED = 0;

  private static final ConfigDef DEFINITION = ServiceConfig.definition(WorkerSettings.all());

  /**
   * Checks settings.
   *
   * @param settings values by key: strings as in a properties file, or already of the right type
   * @throws ConfigException when a setting is missing or out of its range; names the setting
   */
  public WorkerConfig(Map<String, ?> settings) {
    super(DEFINITION, settings);
    RepresentationKind kind = get(WorkerSettings.KIND);
    if (kind.needsBaseModel() && get(WorkerSettings.MODEL_DIR).isEmpty()) {
      throw new ConfigException(
          WorkerSettings.MODEL_DIR.key()
              + ": give the folder of the base model: kind "
              + kind.label()
              + " needs it");
    }
    if (kind.needsCheckpoints() && get(WorkerSettings.CHECKPOINT_DIRS).isEmpty()) {
      throw new ConfigException(
          WorkerSettings.CHECKPOINT_DIRS.key()
              + ": give a checkpoint folder, or several with commas: kind "
              + kind.label()
              + " needs them");
    }
    if (get(WorkerSettings.CHAT_DATE).isPresent() && !(textForm() instanceof TextForm.Chat)) {
      throw new ConfigException(
          WorkerSettings.CHAT_DATE.key()
              + " is for "
              + WorkerSettings.TEXT_FORM.key()
              + "=chat: set both, or neither");
    }
    if (kind.needsCheckpoints() && get(WorkerSettings.QUERY_MODE) == QueryMode.PROMPT) {
      throw new ConfigException(
          WorkerSettings.QUERY_MODE.key()
              + "=prompt: a prompt alone has no loss and so no gradient, use kind=hidden-state,"
              + " kind=embedding or another query mode");
    }
    requireFitting(kind);
  }

  private void requireFitting(RepresentationKind kind) {
    if (kind != RepresentationKind.HIDDEN_STATE) {
      refuse(
          kind, WorkerSettings.POOLING, get(WorkerSettings.POOLING) == StatePooling.WEIGHTED_MEAN);
    }
    if (kind == RepresentationKind.EMBEDDING) {
      refuse(kind, WorkerSettings.CHECKPOINT_DIRS, get(WorkerSettings.CHECKPOINT_DIRS).isEmpty());
      refuse(kind, WorkerSettings.TEXT_FORM, textForm() instanceof TextForm.Reference);
      DeviceChoice devices = get(WorkerSettings.DEVICES);
      refuse(
          kind,
          WorkerSettings.DEVICES,
          devices instanceof DeviceChoice.Auto || devices instanceof DeviceChoice.Cpu);
      refuse(kind, WorkerSettings.DTYPE, weights().dtype() == WeightSettings.DEFAULT.dtype());
      refuse(kind, WorkerSettings.COMPUTE, weights().compute() == WeightSettings.DEFAULT.compute());
    } else {
      refuse(kind, WorkerSettings.QUERY_PROMPT, get(WorkerSettings.QUERY_PROMPT).isEmpty());
      refuse(kind, WorkerSettings.CANDIDATE_PROMPT, get(WorkerSettings.CANDIDATE_PROMPT).isEmpty());
    }
  }

  private static void refuse(RepresentationKind kind, Setting<?> setting, boolean isDefault) {
    if (!isDefault) {
      throw new ConfigException(
          setting.key() + " is not for kind " + kind.label() + ": leave it at its default");
    }
  }

  /** The settings with their types, ranges, defaults and documentation. */
  public static ConfigDef definition() {
    return new ConfigDef(DEFINITION);
  }

  /** The consumer group: all workers of a representation share it. */
  public String groupId() {
    return get(WorkerSettings.GROUP_ID).orElseGet(() -> "sluice-worker-" + representationId());
  }

  /** The name under which representations are published. */
  public String representationId() {
    return get(WorkerSettings.REPRESENTATION_ID);
  }

  /** How candidates' vectors are stored. */
  public FeatureEncoding encoding() {
    return get(WorkerSettings.ENCODING).orElseGet(() -> get(WorkerSettings.KIND).defaultEncoding());
  }

  /** What the representation is opened with. */
  public RepresentationSettings representationSettings() {
    return new RepresentationSettings(
        get(WorkerSettings.KIND),
        get(WorkerSettings.FORM),
        get(WorkerSettings.MODEL_DIR),
        get(WorkerSettings.CHECKPOINT_DIRS),
        new CountSketch(get(WorkerSettings.DIMENSION), SKETCH_SEED),
        new TextSettings(
            textForm(), get(WorkerSettings.QUERY_MODE), get(WorkerSettings.MAX_LENGTH)),
        Prompts.given(get(WorkerSettings.QUERY_PROMPT), get(WorkerSettings.CANDIDATE_PROMPT)),
        get(WorkerSettings.POOLING),
        weights());
  }

  private WeightSettings weights() {
    return new WeightSettings(get(WorkerSettings.DTYPE), get(WorkerSettings.COMPUTE));
  }

  private TextForm textForm() {
    return TextForm.of(
        get(WorkerSettings.TEXT_FORM), get(WorkerSettings.CHAT_DATE).orElse(TextForm.DEFAULT_DATE));
  }

  /** How examples are computed. */
  public ComputeSettings computeSettings() {
    return new ComputeSettings(
        new DeviceSettings(get(WorkerSettings.DEVICES), get(WorkerSettings.DEVICE_THREADS)),
        get(WorkerSettings.TOKENS_IN_FLIGHT),
        get(WorkerSettings.RECOMPUTE),
        get(WorkerSettings.EXAMPLES_PER_PASS),
        encoding());
  }

  /** Records represented, published and committed together, at most. */
  public int batchRecords() {
    return get(WorkerSettings.BATCH_RECORDS);
  }

  /** The settings of the consumer in the workers' group. */
  Map<String, Object> consumer() {
    return serviceConsumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, groupId()));
  }

  /** The settings of the producer. */
  Map<String, Object> producer() {
    return serviceProducer(Map.of());
  }
}
