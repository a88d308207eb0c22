package io.sluice.gpuworker.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Copies and writes the files of a Hugging Face folder other than weights. */
final class ModelFiles {
  private static final String CONFIG = "config.json";
  private static final String INDEX = ".index.json";
  private static final List<String> PLAIN = List.of(".json", ".txt", ".jinja", ".model");
  private static final List<String> TOKENIZER =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.jinja");

  private ModelFiles() {}

  /** Copies the files of the tokenizer into a folder. */
  static void copyTokenizer(Path model, Path folder) throws IOException {
    copy(model, folder, TOKENIZER::contains);
  }

  /**
   * Copies the configuration and the tokenizer of a model into a folder. The copied {@code
   * config.json} says that the weights are 32-bit floats, and whether the head is tied.
   *
   * @param tied whether the head shares the weights of the embedding
   */
  static void copyAllButWeights(Path model, Path folder, boolean tied) throws IOException {
    copy(
        model,
        folder,
        name ->
            !name.equals(CONFIG)
                && !name.endsWith(INDEX)
                && PLAIN.stream().anyMatch(name::endsWith));
    ObjectNode config =
        (ObjectNode) new ObjectMapper().readTree(Files.readString(model.resolve(CONFIG)));
    // Version 5 of transformers renamed the field torch_dtype to dtype.
    config.put(config.has("dtype") ? "dtype" : "torch_dtype", "float32");
    config.put("tie_word_embeddings", tied);
    writeJson(folder.resolve(CONFIG), config);
  }

  private static void copy(Path model, Path folder, Predicate<String> wanted) throws IOException {
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = file.getFileName().toString();
        if (wanted.test(name)) {
          // Files.copy would also copy the permissions, and the source may be read-only.
          Files.write(folder.resolve(name), Files.readAllBytes(file));
        }
      }
    }
  }

  /** Writes indented JSON. */
  static void writeJson(Path file, JsonNode content) throws IOException {
    Files.writeString(
        file,
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
  }
}
