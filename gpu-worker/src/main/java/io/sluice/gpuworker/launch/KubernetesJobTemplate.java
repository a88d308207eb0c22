package io.sluice.gpuworker.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A Kubernetes Job with placeholders in its texts. They are replaced in the parsed tree, text by
 * text, so that no value can change the structure of the Job.
 *
 * @param text the YAML
 * @param tree the same, parsed
 */
record KubernetesJobTemplate(String text, JsonNode tree) {
  /**
   * Reads a template.
   *
   * @throws IOException when the file cannot be read, is not the YAML of a Job, or has an unknown
   *     placeholder
   */
  static KubernetesJobTemplate read(Path file) throws IOException {
    String text = Files.readString(file);
    JsonNode tree;
    try {
      tree = Serialization.unmarshal(text, JsonNode.class);
      Serialization.unmarshal(tree.toString(), Job.class);
      if (!tree.path("kind").asText().equals("Job")) {
        throw new IllegalArgumentException("its kind is not Job");
      }
      edited(
          tree,
          scalar -> {
            Placeholders.check(scalar);
            return scalar;
          });
    } catch (RuntimeException e) {
      throw new IOException(file + " is not a template of a Kubernetes Job: " + e.getMessage(), e);
    }
    return new KubernetesJobTemplate(text, tree);
  }

  /** The namespace in the template's metadata; empty when there is none. */
  Optional<String> namespace() {
    return Optional.of(tree.path("metadata").path("namespace").asText())
        .filter(name -> !name.isEmpty());
  }

  /** The Job of a run, with all placeholders replaced. */
  Job fill(Map<String, String> values, String name, String namespace) {
    Job job =
        Serialization.unmarshal(
            edited(tree, scalar -> Placeholders.fill(scalar, values)).toString(), Job.class);
    return job.edit()
        .editOrNewMetadata()
        .withName(name)
        .withGenerateName(null)
        .withNamespace(namespace)
        .addToLabels("app.kubernetes.io/managed-by", "sluice-trainer")
        .endMetadata()
        .build();
  }

  private static JsonNode edited(JsonNode node, UnaryOperator<String> edit) {
    if (node instanceof TextNode scalar) {
      return TextNode.valueOf(edit.apply(scalar.textValue()));
    }
    JsonNode copy = node.deepCopy();
    if (copy instanceof ObjectNode object) {
      object.properties().forEach(field -> field.setValue(edited(field.getValue(), edit)));
    } else if (copy instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, edited(array.get(i), edit));
      }
    }
    return copy;
  }
}
