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

/** The files of a Hugging Face folder that are no weights. */
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

  /** Copies what a tokenizer is read from. */
  static void copyTokenizer(Path model, Path folder) throws IOException {
    copy(model, folder, TOKENIZER::contains);
  }

  /** Copies configs and tokenizer of a model whose weights are written as 32-bit floats. */
  static void copyAllButWeights(Path model, Path folder) throws IOException {
    copy(
        model,
        folder,
        name ->
            !name.equals(CONFIG)
                && !name.endsWith(INDEX)
                && PLAIN.stream().anyMatch(name::endsWith));
    ObjectNode config =
        (ObjectNode) new ObjectMapper().readTree(Files.readString(model.resolve(CONFIG)));
    // The name of the type's field changed with version 5 of transformers.
    config.put(config.has("dtype") ? "dtype" : "torch_dtype", "float32");
    writeJson(folder.resolve(CONFIG), config);
  }

  private static void copy(Path model, Path folder, Predicate<String> wanted) throws IOException {
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = file.getFileName().toString();
        if (wanted.test(name)) {
          // Not Files.copy, which would keep the rights of a file that may not be written.
          Files.write(folder.resolve(name), Files.readAllBytes(file));
        }
      }
    }
  }

  /** Writes JSON for people and machines. */
  static void writeJson(Path file, JsonNode content) throws IOException {
    Files.writeString(
        file,
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
  }
}
