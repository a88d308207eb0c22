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
 * A small Llama with the LoRA checkpoints of a warm-up, trained from random weights on the bundled
 * candidates, so that a first run needs no download. Its files are resources; command {@code
 * bundled-model} makes them.
 */
public final class BundledModel {
  /** The seed of the weights before training, and of the training. */
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
   * Writes {@code base} and {@code warmup/checkpoint-N} under a folder.
   *
   * @param folder made where it is missing; files in it are replaced
   */
  public static WrittenModel write(Path folder) throws IOException {
    for (String file : files()) {
      Path target = folder.resolve(file);
      Files.createDirectories(target.getParent());
      try (InputStream resource = BundledModel.class.getResourceAsStream(RESOURCES + file)) {
        if (resource == null) {
          throw new IOException("this build lacks its resource " + RESOURCES + file);
        }
        Files.copy(resource, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return new WrittenModel(
        folder.resolve(BASE), CHECKPOINTS.stream().map(folder::resolve).toList());
  }

  /**
   * Writes what the model was before it was trained: the same shape and tokenizer, random weights.
   *
   * @param folder made where it is missing; files in it are replaced
   * @param seed of the weights
   */
  public static WrittenModel untrained(Path folder, long seed) throws IOException {
    return RandomModel.write(folder, SHAPE, seed);
  }

  /**
   * Gathers the files of a newly trained model as {@link #write} leaves them, with nothing in them
   * of where it was trained.
   *
   * @param trained folder with {@code base} and {@code warmup}
   * @param folder made where it is missing; files in it are replaced
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
