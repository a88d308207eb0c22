package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.StatePooling;
import io.sluice.gpuworker.representation.memory.RecomputeMode;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.connection.Setting;
import io.sluice.schemas.connection.SettingChecks;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** The settings that a worker has beyond those of every service; read by {@link WorkerConfig}. */
public final class WorkerSettings {
  /** The model's folder; empty for the bundled sentence-embedding model. */
  public static final Setting<Optional<Path>> MODEL_DIR =
      Setting.text("model.dir")
          .byDefault("")
          .importance(Importance.HIGH)
          .documentation(
              "Folder of the base model as Hugging Face publishes it: config.json, model.safetensors,"
                  + " tokenizer.json. For kind embedding: folder of a sentence-transformers model with"
                  + " an ONNX export; when empty, the bundled all-MiniLM-L6-v2. The other kinds need a"
                  + " folder.")
          .as(text -> Optional.of(text).filter(folder -> !folder.isEmpty()).map(Path::of));

  /** The warm-up checkpoints' folders, in the order of training. */
  public static final Setting<List<Path>> CHECKPOINT_DIRS =
      Setting.list("checkpoint.dirs")
          .byDefault(List.of())
          .valid(SettingChecks.different("a checkpoint folder"))
          .importance(Importance.HIGH)
          .documentation(
              "Folders of the warm-up checkpoints (PEFT LoRA adapter with optimizer moments), in the"
                  + " order of training, separated by commas. Kind gradient needs at least one;"
                  + " kind hidden-state uses none, and kind embedding refuses them.")
          .as(folders -> folders.stream().map(Path::of).toList());

  /** The name under which representations are published. */
  public static final Setting<String> REPRESENTATION_ID =
      Setting.text("representation.id")
          .byDefault("default")
          .valid(SettingChecks.name())
          .importance(Importance.HIGH)
          .documentation(
              "Name of the representation that this deployment of workers computes. Each target task"
                  + " names the representation that it wants; tasks that name another are left to the"
                  + " workers of that representation.");

  /** The consumer group; empty for one that is named after the representation. */
  public static final Setting<Optional<String>> GROUP_ID =
      Setting.text("group.id")
          .byDefault("")
          .documentation(
              "Consumer group that the workers of one representation share. When empty:"
                  + " sluice-worker- and the representation.id.")
          .as(text -> Optional.of(text).filter(name -> !name.isEmpty()));

  /** What stands for an example. */
  public static final Setting<RepresentationKind> KIND =
      Setting.text("kind")
          .byDefault(RepresentationKind.GRADIENT.label())
          .valid(ValidString.in(RepresentationKind.labels().toArray(String[]::new)))
          .documentation(
              "What represents an example: gradient (the gradient of its loss at each checkpoint),"
                  + " hidden-state (the mean of the base model's last hidden states) or"
                  + " embedding (the vector of a sentence-embedding model).")
          .as(RepresentationKind::of);

  /** The form of a candidate's gradient. */
  public static final Setting<GradientForm> FORM =
      Setting.text("form")
          .byDefault("adam")
          .valid(ValidString.in("adam", "plain"))
          .importance(Importance.LOW)
          .documentation(
              "Form of a candidate's gradient: adam (the step that the optimizer would take) or plain"
                  + " (the gradient itself, which needs no optimizer state). Without effect on the"
                  + " kinds hidden-state and embedding.")
          .as(form -> GradientForm.valueOf(form.toUpperCase(Locale.ROOT)));

  /** How a vector is made shorter; there is one way. */
  public static final Setting<String> PROJECTION =
      Setting.text("projection")
          .byDefault("sketch")
          .valid(ProjectionChecks.projection())
          .importance(Importance.LOW)
          .documentation(
              "How a gradient is reduced to a vector of length dimension: sketch (a seeded"
                  + " count-sketch).");

  /** The length of a projected vector. */
  public static final Setting<Integer> DIMENSION =
      Setting.integer("dimension")
          .byDefault(Projection.DEFAULT_DIMENSION)
          .valid(ProjectionChecks.dimension())
          .documentation(
              "Number of values of a projected vector, at most as many as the gradient has. A larger"
                  + " vector keeps more of the gradient: spend bytes on the dimension rather than on"
                  + " the encoding.");

  /** How candidates' vectors are stored; empty for what suits the kind. */
  public static final Setting<Optional<FeatureEncoding>> ENCODING =
      Setting.text("encoding")
          .byDefault("")
          .valid(ValidString.in("", "SIGN", "INT4", "INT8", "FLOAT16"))
          .documentation(
              "How each value of a candidate's vector is stored, in 1, 4, 8 or 16 bits. When empty:"
                  + " SIGN for gradients, FLOAT16 for hidden states and embeddings. Queries are always stored in"
                  + " full precision.")
          .as(
              text ->
                  Optional.of(text).filter(name -> !name.isEmpty()).map(FeatureEncoding::valueOf));

  /** How messages become text. */
  public static final Setting<String> TEXT_FORM =
      Setting.text("text.form")
          .byDefault("reference")
          .valid(ValidString.in(TextForm.labels().toArray(String[]::new)))
          .documentation(
              "How the messages of an example become text: reference (the published <|role|> form) or"
                  + " chat (the model's own chat template; not for kind embedding). Fine-tune jobs train and evaluate in the"
                  + " same form.");

  /** The date for chat templates. */
  public static final Setting<Optional<LocalDate>> CHAT_DATE =
      Setting.text("chat.date")
          .byDefault("")
          .valid(SettingChecks.date())
          .importance(Importance.LOW)
          .documentation(
              "Date, as YYYY-MM-DD, for chat templates that ask for today's date. It is fixed, so that"
                  + " an example has the same vector on every day. When empty: 2024-07-26."
                  + " Only with text.form=chat.")
          .as(text -> Optional.of(text).filter(date -> !date.isEmpty()).map(LocalDate::parse));

  /** The part of a query that is used. */
  public static final Setting<QueryMode> QUERY_MODE =
      Setting.text("query.mode")
          .byDefault(QueryMode.PROMPT_AND_RESPONSE.label())
          .valid(ValidString.in(QueryMode.labels().toArray(String[]::new)))
          .importance(Importance.LOW)
          .documentation(
              "Part of a query that represents it: prompt-and-response, response (the answer alone) or"
                  + " prompt (all before the answer; only for the kinds hidden-state and embedding).")
          .as(QueryMode::of);

  /** The length limit of an example, in tokens. */
  public static final Setting<Integer> MAX_LENGTH =
      Setting.integer("max.length")
          .byDefault(TextSettings.DEFAULT_MAX_LENGTH)
          .valid(Range.between(TextSettings.MIN_MAX_LENGTH, TextSettings.MAX_MAX_LENGTH))
          .documentation(
              "Maximum length in tokens. A candidate is cut after it, and so are the prompt and the"
                  + " answer of a query, each on its own. For kind embedding: every text is cut to"
                  + " the lower of this and the limit of the model.");

  /** How hidden states become one vector. */
  public static final Setting<StatePooling> POOLING =
      Setting.text("hidden.state.pooling")
          .byDefault(StatePooling.WEIGHTED_MEAN.label())
          .valid(ValidString.in(StatePooling.labels().toArray(String[]::new)))
          .importance(Importance.LOW)
          .documentation(
              "How the hidden states of the tokens become the vector of an example, for kind"
                  + " hidden-state: weighted-mean (later tokens weigh more, in proportion to their"
                  + " position, as in RDS+) or mean (all tokens weigh the same).")
          .as(StatePooling::of);

  /** What is put before the texts of queries. */
  public static final Setting<String> QUERY_PROMPT =
      Setting.text("embedding.query.prompt")
          .byDefault("")
          .importance(Importance.LOW)
          .documentation(
              "What is put before the text of a query, for kind embedding: a text, in quotation"
                  + " marks if it begins or ends with a space, or none for nothing. When empty: the"
                  + " model's own prompt for queries, or else that of the"
                  + " published method (embeddings.md).");

  /** What is put before the texts of candidates. */
  public static final Setting<String> CANDIDATE_PROMPT =
      Setting.text("embedding.candidate.prompt")
          .byDefault("")
          .importance(Importance.LOW)
          .documentation(
              "What is put before the text of a candidate, for kind embedding: a text, in"
                  + " quotation marks if it begins or ends with a space, or none for nothing. When"
                  + " empty: the model's own prompt for documents, or else nothing.");

  /** The type in which the base model's weights are kept. */
  public static final Setting<WeightType> DTYPE =
      Setting.text("dtype")
          .byDefault(WeightSettings.DEFAULT.dtype().label())
          .valid(ValidString.in(WeightType.labels().toArray(String[]::new)))
          .documentation(
              "Type in which the weight matrices of the base model are kept in memory: float32, auto"
                  + " (as they are stored in the model's files), bfloat16 or float16. Adapters are"
                  + " kept in 32 bits, and so is all that is computed except for the products of"
                  + " compute=stored. Rounding weights to another type than the"
                  + " stored one changes the vectors and the fingerprint. Not for kind embedding.")
          .as(WeightType::of);

  /** How matrices of 16 bits are multiplied. */
  public static final Setting<ProductType> COMPUTE =
      Setting.text("compute")
          .byDefault(WeightSettings.DEFAULT.compute().label())
          .valid(ValidString.in(ProductType.labels().toArray(String[]::new)))
          .documentation(
              "How weight matrices that are kept in 16 bits are multiplied: float32 (each is widened"
                  + " for one product; gradients are then computed with recompute), stored (inputs and"
                  + " results are rounded to the type of the matrix, which changes the vectors and the"
                  + " fingerprint) or auto (the faster one, which a short measurement at the start"
                  + " finds and the log names). Choose one by hand if workers of a representation run"
                  + " on different devices. Has no effect on matrices of 32 bits.")
          .as(ProductType::of);

  /** Where examples are computed. */
  public static final Setting<DeviceChoice> DEVICES =
      Setting.text("devices")
          .byDefault(DeviceChoice.AUTO.label())
          .documentation(
              "Devices that the model is loaded on: auto (every GPU, or the CPU if there is none),"
                  + " cpu, gpu (every GPU; the worker ends if there is none) or numbers of GPUs,"
                  + " counted from 0, separated by commas. Each has the whole model and computes"
                  + " examples of its own. 'deploy/sluice devices' shows them. Kind embedding is"
                  + " computed on the CPU, and takes auto and cpu.")
          .parsed("auto, cpu, gpu or numbers of GPUs such as 0,1", DeviceChoice::of);

  /** How many passes a device computes at a time; empty for what suits it. */
  public static final Setting<OptionalInt> DEVICE_THREADS =
      Setting.integer("device.threads")
          .byDefault(0)
          .valid(Range.between(0, 1024))
          .importance(Importance.LOW)
          .documentation(
              "Number of threads per device, each of which computes a pass: more of them keep a GPU"
                  + " busy while others wait for results, and share its memory. 0: one per processor on"
                  + " the CPU; on a GPU two, or one if two texts of the greatest length do not fit"
                  + " into its memory.")
          .as(count -> count == 0 ? OptionalInt.empty() : OptionalInt.of(count));

  /** The number of tokens that are computed at a time. */
  public static final Setting<Integer> TOKENS_IN_FLIGHT =
      Setting.integer("tokens.in.flight")
          .byDefault(ComputeSettings.DEFAULT_TOKENS_IN_FLIGHT)
          .valid(Range.atLeast(1))
          .documentation(
              "Maximum number of tokens of all the examples that a device computes at the same time;"
                  + " it limits the memory. A longer example is computed alone; one for which the memory"
                  + " does not suffice even then becomes a dead letter.");

  /** When layers are computed again on the way back. */
  public static final Setting<RecomputeMode> RECOMPUTE =
      Setting.text("recompute")
          .byDefault(ComputeSettings.DEFAULT.recompute().label())
          .valid(ValidString.in(RecomputeMode.labels().toArray(String[]::new)))
          .importance(Importance.LOW)
          .documentation(
              "Whether the activations of a forward pass are computed again in the backward pass"
                  + " instead of being kept: true, false, or auto (in the passes that would not fit"
                  + " into the memory otherwise, by an estimate). For long examples this saves about"
                  + " half of the memory and takes a third more time.")
          .as(RecomputeMode::of);

  /** The number of examples that share a pass; empty for what suits the device. */
  public static final Setting<OptionalInt> EXAMPLES_PER_PASS =
      Setting.integer("examples.per.pass")
          .byDefault(0)
          .valid(Range.atLeast(0))
          .importance(Importance.LOW)
          .documentation(
              "Maximum number of examples of similar length that share a pass through the model,"
                  + " within tokens.in.flight and the memory. Each has vectors of its own, which"
                  + " differ from those of a pass by itself in the last bits only. 0: as many as"
                  + " fit on a GPU, and one on a CPU. Not used by kind embedding.")
          .as(count -> count == 0 ? OptionalInt.empty() : OptionalInt.of(count));

  /** The number of records that are published and committed together, at most. */
  public static final Setting<Integer> BATCH_RECORDS =
      Setting.integer("batch.records")
          .byDefault(32)
          .valid(Range.between(1, 10_000))
          .importance(Importance.LOW)
          .documentation(
              "Maximum number of records that are represented, published and committed together. While"
                  + " one batch is computed, two more are fetched. After a crash at most one batch is"
                  + " published again.");

  private WorkerSettings() {}

  /** All of them, in the order in which they are listed. */
  static List<Setting<?>> all() {
    return List.of(
        MODEL_DIR,
        CHECKPOINT_DIRS,
        REPRESENTATION_ID,
        GROUP_ID,
        KIND,
        FORM,
        PROJECTION,
        DIMENSION,
        ENCODING,
        TEXT_FORM,
        CHAT_DATE,
        QUERY_MODE,
        MAX_LENGTH,
        POOLING,
        QUERY_PROMPT,
        CANDIDATE_PROMPT,
        DTYPE,
        COMPUTE,
        DEVICES,
        DEVICE_THREADS,
        TOKENS_IN_FLIGHT,
        RECOMPUTE,
        EXAMPLES_PER_PASS,
        BATCH_RECORDS);
  }
}
