package io.sluice.streams.export;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The model that an exported configuration trains.
 *
 * @param name its folder, as an absolute path
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
   * Describes the model in a folder. The usual targets depend on its {@code config.json}.
   *
   * @throws IOException when that file cannot be read
   */
  public static BaseModel of(Path folder) throws IOException {
    Path config = folder.resolve("config.json");
    boolean isLlama =
        JsonMapper.builder()
            .build()
            .readTree(config.toFile())
            .path("model_type")
            .asText()
            .equals("llama");
    return new BaseModel(
        folder.toAbsolutePath().normalize().toString(), isLlama ? LLAMA_TARGETS : List.of());
  }
}
