package io.sluice.gpuworker.embedding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The model all-MiniLM-L6-v2, so that sentence embeddings need no download. Its ONNX file and its
 * tokenizer are resources of a jar on the class path, of which no class is used; the files that say
 * how it is used are resources of this package.
 */
final class BundledEmbedding {
  private static final String OWN = "all-MiniLM-L6-v2/";

  /** Names in the model's folder, and the resources that they come from. */
  private static final Map<String, String> FILES =
      Map.of(
          "modules.json", OWN + "modules.json",
          "config.json", OWN + "config.json",
          "sentence_bert_config.json", OWN + "sentence_bert_config.json",
          "1_Pooling/config.json", OWN + "pooling.json",
          "tokenizer.json", "/all-minilm-l6-v2-tokenizer.json",
          "onnx/model.onnx", "/all-minilm-l6-v2.onnx");

  private BundledEmbedding() {}

  /** Writes the model as a folder of sentence-transformers, about 90 MB. */
  static void write(Path folder) throws IOException {
    for (Map.Entry<String, String> file : FILES.entrySet()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      try (InputStream resource = BundledEmbedding.class.getResourceAsStream(file.getValue())) {
        if (resource == null) {
          throw new IOException(
              "this build of the program is incomplete, it lacks the resource " + file.getValue());
        }
        Files.copy(resource, target);
      }
    }
  }
}
