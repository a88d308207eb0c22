package io.sluice.streams.export;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * The model that is to be trained.
 *
 * @param name a folder or a name of Hugging Face, as trainers are given it
 * @param usualTargets the layers that get adapters unless a job names others; empty for all linear
 *     ones
 */
public record BaseModel(String name, List<String> usualTargets) {
  private static final List<String> OF_LLAMA = List.of("q_proj", "k_proj", "v_proj", "o_proj");

  /** Copies the list. */
  public BaseModel {
    usualTargets = List.copyOf(usualTargets);
  }

  /**
   * The model of a name. Of one that is a folder here, its configuration is looked at.
   *
   * @throws IOException when that cannot be read
   */
  public static BaseModel of(String name) throws IOException {
    return new BaseModel(name, isLlama(name) ? OF_LLAMA : List.of());
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
