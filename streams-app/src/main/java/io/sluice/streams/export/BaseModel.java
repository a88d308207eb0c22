package io.sluice.streams.export;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * The model that an exported configuration trains.
 *
 * @param name a local folder or a name on the Hugging Face Hub, in the form that trainers accept
 * @param usualTargets the layers that get LoRA adapters when a job names none; empty for all linear
 *     layers
 */
public record BaseModel(String name, List<String> usualTargets) {
  private static final List<String> LLAMA_TARGETS = List.of("q_proj", "k_proj", "v_proj", "o_proj");

  /** Keeps an immutable copy of the list. */
  public BaseModel {
    usualTargets = List.copyOf(usualTargets);
  }

  /**
   * Creates the description of a model. If the name is a local folder, the usual targets depend on
   * its {@code config.json}.
   *
   * @throws IOException when that file cannot be read
   */
  public static BaseModel of(String name) throws IOException {
    return new BaseModel(name, isLlama(name) ? LLAMA_TARGETS : List.of());
  }

  private static boolean isLlama(String name) throws IOException {
    Path config;
    try {
      config = Path.of(name, "config.json");
    } catch (InvalidPathException e) {
      return false;
    }
    return Files.isRegularFile(config)
        && JsonMapper.builder()
            .build()
            .readTree(config.toFile())
            .path("model_type")
            .asText()
            .equals("llama");
  }
}
