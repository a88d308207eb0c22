package io.sluice.gpuworker.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.chat.jinja.TemplateSyntaxException;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads the chat templates of a model folder: {@code chat_template.jinja} and the files in {@code
 * additional_chat_templates}, or, without any of them, {@code chat_template} in {@code
 * tokenizer_config.json}. The special tokens are those of {@code tokenizer_config.json}.
 */
public final class ChatTemplateFiles {
  private static final String FILE = "chat_template.jinja";
  private static final String FOLDER = "additional_chat_templates";
  private static final String CONFIG = "tokenizer_config.json";

  /** Read by transformers as well, when the other file does not list the added tokens. */
  private static final String LEGACY = "special_tokens_map.json";

  /** Tokenizer classes that have no special tokens of their own. */
  private static final Set<String> GENERIC = Set.of("PreTrainedTokenizerFast", "TokenizersBackend");

  private static final Set<String> STANDARD_TOKENS =
      Set.of(
          "bos_token",
          "cls_token",
          "eos_token",
          "mask_token",
          "pad_token",
          "sep_token",
          "unk_token");

  private static final String EXTENSION = ".jinja";
  private static final String DEFAULT = "default";

  private ChatTemplateFiles() {}

  /**
   * Reads the templates.
   *
   * @param date what a template gets that asks for the present time
   * @throws UnusableModelException when the folder has no template for every conversation, or one
   *     that cannot be rendered exactly; the message names the file and the line
   */
  public static ChatTemplates read(Path modelFolder, LocalDateTime date) throws IOException {
    JsonFile config =
        JsonFile.read(
            UnusableModelException.required(
                modelFolder,
                CONFIG,
                "it names the special tokens; copy it from the source of the model"));
    Map<String, String> tokens = specialTokens(config);
    Path legacy = modelFolder.resolve(LEGACY);
    if (!config.root().has("added_tokens_decoder") && Files.isRegularFile(legacy)) {
      tokens.putAll(specialTokens(JsonFile.read(legacy)));
    }
    Map<String, Source> sources = sources(modelFolder, config);
    if (!sources.containsKey(DEFAULT)) {
      throw new UnusableModelException(
          modelFolder
              + (sources.isEmpty()
                  ? " has no chat template: add " + FILE + " from the source of the model"
                  : " has several chat templates and none named default: add " + FILE)
              + ", or use the text form reference");
    }
    Map<String, ChatTemplate> templates = new HashMap<>();
    Map<String, String> hashed = new TreeMap<>();
    tokens.forEach((name, token) -> hashed.put("token " + name, token));
    for (String name : List.of(DEFAULT, "tool_use")) {
      if (sources.containsKey(name)) {
        ChatTemplate template = parse(sources.get(name), tokens, date);
        requireTokens(template, tokens, config);
        templates.put(name, template);
        hashed.put("template " + name, sources.get(name).template());
      }
    }
    return new ChatTemplates(templates, hashed);
  }

  /**
   * Requires a decision on each token that a template reads: transformers would take the default of
   * the tokenizer's class.
   */
  private static void requireTokens(
      ChatTemplate template, Map<String, String> tokens, JsonFile config)
      throws UnusableModelException {
    String type = config.text("tokenizer_class", "");
    for (String name : template.variables()) {
      boolean decided = tokens.containsKey(name) || config.root().has(name);
      if (STANDARD_TOKENS.contains(name) && !decided && !GENERIC.contains(type)) {
        throw new UnusableModelException(
            config.path()
                + " has no "
                + name
                + ", which the chat template uses: add it, with the value null if the model has none");
      }
    }
  }

  /**
   * A template and where it was found.
   *
   * @param place for messages
   */
  private record Source(String place, String template) {}

  private static ChatTemplate parse(Source source, Map<String, String> tokens, LocalDateTime date)
      throws UnusableModelException {
    try {
      return new ChatTemplate(source.template(), tokens, date);
    } catch (TemplateSyntaxException e) {
      throw new UnusableModelException(
          source.place()
              + ", line "
              + e.line()
              + ": "
              + e.getMessage()
              + "; the template cannot be rendered exactly: change it, or use the text form"
              + " reference",
          e);
    }
  }

  private static Map<String, Source> sources(Path modelFolder, JsonFile config) throws IOException {
    Map<String, Source> sources = new HashMap<>();
    Path file = modelFolder.resolve(FILE);
    if (Files.isRegularFile(file)) {
      sources.put(DEFAULT, source(file));
    }
    Path folder = modelFolder.resolve(FOLDER);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path named : files.sorted().toList()) {
          String name = String.valueOf(named.getFileName());
          if (name.endsWith(EXTENSION)) {
            sources.put(name.substring(0, name.length() - EXTENSION.length()), source(named));
          }
        }
      }
    }
    return sources.isEmpty() ? inConfig(config) : sources;
  }

  private static Source source(Path file) throws IOException {
    try {
      return new Source(file.toString(), Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new UnusableModelException(file + " is not UTF-8: get an intact copy of the file", e);
    }
  }

  /** The templates in tokenizer_config.json: one text, or a list of named ones. */
  private static Map<String, Source> inConfig(JsonFile config) throws UnusableModelException {
    Optional<JsonNode> field = config.field("chat_template");
    if (field.isEmpty()) {
      return Map.of();
    }
    String place = config.path() + ": chat_template";
    Map<String, Source> sources = new HashMap<>();
    if (field.get().isTextual()) {
      sources.put(DEFAULT, new Source(place, field.get().textValue()));
    } else if (field.get().isArray()) {
      for (JsonNode named : field.get()) {
        if (!named.path("name").isTextual() || !named.path("template").isTextual()) {
          throw new UnusableModelException(place + " has an element without name and template");
        }
        String name = named.get("name").textValue();
        sources.put(name, new Source(place + " " + name, named.get("template").textValue()));
      }
    } else {
      throw new UnusableModelException(place + " is neither a text nor a list of named templates");
    }
    return sources;
  }

  /** The special tokens with a name, which templates can use as variables. */
  private static Map<String, String> specialTokens(JsonFile config) throws UnusableModelException {
    Map<String, String> tokens = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : config.root().properties()) {
      if (field.getKey().endsWith("_token")) {
        text(field.getValue()).ifPresent(token -> tokens.put(field.getKey(), token));
      }
    }
    for (String name : List.of("extra_special_tokens", "model_specific_special_tokens")) {
      Optional<JsonNode> named = config.field(name).filter(JsonNode::isObject);
      if (named.isPresent()) {
        for (Map.Entry<String, JsonNode> field : named.get().properties()) {
          text(field.getValue()).ifPresent(token -> tokens.put(field.getKey(), token));
        }
      }
    }
    return tokens;
  }

  /** A token is either a string or an object whose {@code content} is the string. */
  private static Optional<String> text(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
  }
}
