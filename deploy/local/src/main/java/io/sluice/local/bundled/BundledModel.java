package io.sluice.local.bundled;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A small Llama model with LoRA checkpoints of a warm-up, so that a first run needs no download. It
 * was trained from random weights on the bundled candidates. Its files are resources of the
 * program; the command {@code bundled-model} trains them anew.
 */
public final class BundledModel {
  /** The seed of the random weights before training, and of the training itself. */
  public static final long SEED = 2027;

  private static final int VOCABULARY = 1024;
  private static final LlamaShape SHAPE =
      new LlamaShape(VOCABULARY, VOCABULARY, 64, 2, 4, 2, 128, 512, false, 8, 32, 2);

  private static final String RESOURCES = "model/";
  private static final String BASE = "base";
  private static final String ADAPTER_CONFIG = "adapter_config.json";
  private static final List<String> BASE_FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
  private static final List<String> CHECKPOINTS =
      List.of("warmup/checkpoint-10", "warmup/checkpoint-20");
  private static final List<String> CHECKPOINT_FILES =
      List.of(
          ADAPTER_CONFIG,
          "adapter_model.safetensors",
          "optimizer_state.safetensors",
          "trainer_state.json");

  private BundledModel() {}

  /**
   * Writes the model's files into the folders {@code base} and {@code warmup/checkpoint-N}.
   *
   * @param folder where these folders are created; existing files are replaced
   */
  public static WrittenModel write(Path folder) throws IOException {
    for (String file : files()) {
      Path target = folder.resolve(file);
      Files.createDirectories(target.getParent());
      try (InputStream resource = BundledModel.class.getResourceAsStream(RESOURCES + file)) {
        if (resource == null) {
          throw new IOException(
              "this build of the program is incomplete, it lacks the resource " + RESOURCES + file);
        }
        Files.copy(resource, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return new WrittenModel(
        folder.resolve(BASE), CHECKPOINTS.stream().map(folder::resolve).toList());
  }

  /**
   * Writes the model as it was before training, with the same shape and tokenizer but random
   * weights.
   *
   * @param folder where the model's folders are created; existing files are replaced
   * @param seed seed of the weights
   */
  public static WrittenModel untrained(Path folder, long seed) throws IOException {
    return RandomModel.write(folder, SHAPE, seed);
  }

  /**
   * Copies the files of a newly trained model into the layout of {@link #write}. Paths of the
   * machine that trained it are replaced by relative ones.
   *
   * @param trained folder with {@code base} and {@code warmup}
   * @param folder where the model's folders are created; existing files are replaced
   */
  public static void gather(Path trained, Path folder) throws IOException {
    for (String file : files()) {
      Path target = folder.resolve(file);
      Files.createDirectories(target.getParent());
      Files.copy(trained.resolve(file), target, StandardCopyOption.REPLACE_EXISTING);
      if (file.endsWith(ADAPTER_CONFIG)) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode) json.readTree(Files.readString(target));
        config.put("base_model_name_or_path", "../../" + BASE);
        Files.writeString(
            target, json.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
      }
    }
  }

  private static List<String> files() {
    List<String> files = new ArrayList<>();
    BASE_FILES.forEach(file -> files.add(BASE + "/" + file));
    for (String checkpoint : CHECKPOINTS) {
      CHECKPOINT_FILES.forEach(file -> files.add(checkpoint + "/" + file));
    }
    return files;
  }
}
