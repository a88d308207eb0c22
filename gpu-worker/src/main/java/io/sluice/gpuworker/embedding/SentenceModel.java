package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.embedding.VectorModule.Dense;
import io.sluice.gpuworker.embedding.VectorModule.LayerNorm;
import io.sluice.gpuworker.embedding.VectorModule.Normalize;
import io.sluice.gpuworker.model.fields.EmbeddingFields;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A sentence-embedding model as its folder describes it. Nothing is loaded yet.
 *
 * @param transformer folder of the model proper, with its tokenizer
 * @param lowerCase whether texts are converted to lower case before tokenization
 * @param onnx the ONNX file
 * @param limits the length of texts
 * @param vocabulary token ids are below it
 * @param pooling how states become a vector
 * @param modules what changes the vector then, in this order
 * @param moduleFiles the files that the modules were read from
 * @param prompts the model's own prompts
 */
record SentenceModel(
    Path transformer,
    boolean lowerCase,
    OnnxFile onnx,
    LengthLimits limits,
    int vocabulary,
    Pooling pooling,
    List<VectorModule> modules,
    List<Path> moduleFiles,
    Prompts prompts) {
  private static final String MODULES = "modules.json";
  private static final String CONFIG = "config.json";
  private static final String PACKAGE = "sentence_transformers.";
  private static final String SUPPORTED =
      "use a model of the modules Transformer, Pooling, Dense, LayerNorm, Normalize and Dropout of"
          + " sentence-transformers; code of a model is never run";

  /** The names of the first module's settings, in the order of sentence-transformers. */
  private static final List<String> TRANSFORMER_FILES =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  SentenceModel {
    modules = List.copyOf(modules);
    moduleFiles = List.copyOf(moduleFiles);
  }

  /** An entry of {@code modules.json}: the short name of its class, and its folder. */
  private record Module(JsonFile entry, String type, Path folder) {
    static Module of(Path model, JsonFile entry) throws UnusableModelException {
      EmbeddingFields.MODULE.check(entry);
      String type = entry.text("type", "");
      if (!type.startsWith(PACKAGE)) {
        throw entry.unusable("the module " + type + " is not supported", SUPPORTED);
      }
      return new Module(
          entry,
          type.substring(type.lastIndexOf('.') + 1),
          FolderPaths.inside(model, entry.text("path", "")));
    }

    void require(String wanted, String place) throws UnusableModelException {
      if (!type.equals(wanted)) {
        throw entry.unusable(
            "the %s module is %s, not %s".formatted(place, entry.text("type", ""), wanted),
            SUPPORTED);
      }
    }
  }

  /**
   * Reads a model's folder.
   *
   * @throws UnusableModelException when a file is missing or cannot be used; the message names it
   *     and says what to do
   */
  static SentenceModel read(Path folder) throws IOException {
    Path file =
        UnusableModelException.required(
            folder,
            MODULES,
            "give the folder of a sentence-transformers model, as SentenceTransformer.save writes it");
    List<Module> all = new ArrayList<>();
    for (JsonFile entry : JsonFile.readList(file)) {
      all.add(Module.of(folder, entry));
    }
    if (all.size() < 2) {
      throw new UnusableModelException(
          file + " has " + all.size() + " modules, at least 2 are needed: " + SUPPORTED);
    }
    all.get(0).require("Transformer", "first");
    all.get(1).require("Pooling", "second");
    Pooling pooling =
        Pooling.read(
            JsonFile.read(
                UnusableModelException.required(
                    all.get(1).folder(), CONFIG, "copy the whole model")));
    List<VectorModule> modules = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    int width = pooling.dimension();
    for (Module module : all.subList(2, all.size())) {
      Optional<VectorModule> read = vectorModule(module);
      if (read.isEmpty()) {
        continue;
      }
      int given = width;
      if (read.get().takes().filter(taken -> taken != given).isPresent()) {
        throw module
            .entry()
            .unusable(
                "the module %s takes %d values, and the one before it returns %d"
                    .formatted(module.folder(), read.get().takes().get(), width),
                "use the files of one model");
      }
      width = read.get().returns(width);
      modules.add(read.get());
      if (read.get().takes().isPresent()) {
        files.add(module.folder().resolve(CONFIG));
        files.add(module.folder().resolve("model.safetensors"));
      }
    }
    Path transformer = all.get(0).folder();
    JsonFile settings = transformerSettings(transformer);
    JsonFile config =
        JsonFile.read(UnusableModelException.required(transformer, CONFIG, "copy the whole model"));
    EmbeddingFields.MODEL.checkListed(config);
    return new SentenceModel(
        transformer,
        settings.flag("do_lower_case", false),
        OnnxFile.find(transformer),
        LengthLimits.read(settings, config),
        config.count("vocab_size"),
        pooling,
        modules,
        files,
        prompts(folder.resolve("config_sentence_transformers.json")));
  }

  private static Optional<VectorModule> vectorModule(Module module) throws IOException {
    return switch (module.type()) {
      case "Dense" -> Optional.of(Dense.read(module.folder()));
      case "LayerNorm" -> Optional.of(LayerNorm.read(module.folder()));
      case "Normalize" -> Optional.of(new Normalize());
      case "Dropout" -> Optional.empty();
      default ->
          throw module
              .entry()
              .unusable(
                  "the module " + module.entry().text("type", "") + " is not supported", SUPPORTED);
    };
  }

  /** The settings of the first module; without fields when there is no such file. */
  private static JsonFile transformerSettings(Path folder) throws IOException {
    for (String name : TRANSFORMER_FILES) {
      if (Files.exists(folder.resolve(name))) {
        JsonFile file = JsonFile.read(folder.resolve(name));
        EmbeddingFields.TRANSFORMER.check(file);
        requireText(file);
        return file;
      }
    }
    return JsonFile.empty(folder.resolve(TRANSFORMER_FILES.get(0)));
  }

  private static void requireText(JsonFile file) throws UnusableModelException {
    Optional<JsonFile> modalities = file.object("modality_config");
    if (modalities.isEmpty()) {
      return;
    }
    for (String modality : (Iterable<String>) () -> modalities.get().root().fieldNames()) {
      JsonFile text = modalities.get().object(modality).orElse(modalities.get());
      if (!modality.equals("text")
          || !text.text("method", "").equals("forward")
          || !text.texts("method_output_name").equals(List.of("last_hidden_state"))) {
        throw file.unusable(
            "modality_config has %s: %s".formatted(modality, text.root()),
            "use a model that takes text alone, and returns its last hidden states");
      }
    }
  }

  private static Prompts prompts(Path path) throws IOException {
    if (!Files.exists(path)) {
      return Prompts.OF_MODEL;
    }
    JsonFile file = JsonFile.read(path);
    EmbeddingFields.SENTENCE_TRANSFORMERS.check(file);
    Map<String, String> named = new HashMap<>();
    Optional<JsonFile> prompts = file.object("prompts");
    if (prompts.isPresent()) {
      for (String name : (Iterable<String>) () -> prompts.get().root().fieldNames()) {
        List<String> texts = prompts.get().texts(name);
        named.put(name, texts.isEmpty() ? "" : texts.get(0));
      }
    }
    String common = file.text("default_prompt_name", "");
    if (!common.isEmpty() && !named.containsKey(common)) {
      throw file.unusable(
          "default_prompt_name is " + common + ", which is not among the prompts",
          "correct the name, or remove it");
    }
    return new Prompts(
        first(named, List.of("query", common)),
        first(named, List.of("document", "passage", "corpus", common)));
  }

  private static Optional<String> first(Map<String, String> prompts, List<String> names) {
    return names.stream()
        .map(name -> prompts.getOrDefault(name, ""))
        .filter(prompt -> !prompt.isEmpty())
        .findFirst();
  }

  /**
   * The prompts that are used: the given ones, else the model's own, else those of the published
   * method.
   */
  Prompts prompts(Prompts given) {
    return new Prompts(
        given.query().or(prompts::query).or(() -> Optional.of(Prompts.PUBLISHED_QUERY)),
        given.candidate().or(prompts::candidate).or(() -> Optional.of("")));
  }

  /**
   * The length of texts.
   *
   * @param setting {@code max_seq_length}, if there is one
   * @param positions the number of positions that the model has for the tokens of a text; empty if
   *     it takes texts of any length
   */
  record LengthLimits(OptionalInt setting, OptionalInt positions) {
    /** The models whose first positions, up to that of the padding token, are not for texts. */
    private static final List<String> OFFSET =
        List.of(
            "roberta",
            "roberta-prelayernorm",
            "xlm-roberta",
            "xlm-roberta-xl",
            "xmod",
            "camembert",
            "mpnet",
            "data2vec-text",
            "longformer",
            "ibert");

    private static LengthLimits read(JsonFile settings, JsonFile config)
        throws UnusableModelException {
      OptionalInt setting =
          settings.field("max_seq_length").isPresent()
              ? OptionalInt.of(settings.count("max_seq_length"))
              : OptionalInt.empty();
      double positions = config.number("max_position_embeddings", -1);
      if (positions < 0) {
        return new LengthLimits(setting, OptionalInt.empty());
      }
      boolean offset = OFFSET.contains(config.text("model_type", ""));
      int padding = offset ? config.natural("pad_token_id", 1) + 1 : 0;
      int usable = config.count("max_position_embeddings") - padding;
      return new LengthLimits(setting, OptionalInt.of(usable));
    }

    /** The limit of the model, given that of its tokenizer. */
    int of(OptionalInt tokenizer) {
      OptionalInt own = setting.isPresent() ? setting : tokenizer;
      return Math.min(own.orElse(Integer.MAX_VALUE), positions.orElse(Integer.MAX_VALUE));
    }

    /** Whether a setting allows longer texts than the model has positions for. */
    boolean exceedsPositions(OptionalInt tokenizer) {
      OptionalInt own = setting.isPresent() ? setting : tokenizer;
      return own.isPresent() && positions.isPresent() && own.getAsInt() > positions.getAsInt();
    }
  }
}
