package io.sluice.local.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** What tests look for among the manifests of a release. */
final class Manifests {
  private Manifests() {}

  static List<JsonNode> ofKind(List<JsonNode> manifests, String kind) {
    return manifests.stream().filter(each -> each.path("kind").asText().equals(kind)).toList();
  }

  static JsonNode named(List<JsonNode> manifests, String kind, String name) {
    return ofKind(manifests, kind).stream()
        .filter(each -> each.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The templates of the services' pods, by component. */
  static Map<String, JsonNode> pods(List<JsonNode> manifests) {
    Map<String, JsonNode> pods = new HashMap<>();
    for (JsonNode manifest : manifests) {
      JsonNode template = manifest.at("/spec/template");
      if (template.isObject() && !manifest.path("kind").asText().equals("Job")) {
        pods.put(
            manifest.at("/metadata/labels").path("app.kubernetes.io/component").asText(), template);
      }
    }
    return pods;
  }

  /** The file with the settings of the component "streams", "trainer" or "worker-ID" of "demo". */
  static String properties(List<JsonNode> manifests, String component) {
    return named(manifests, "ConfigMap", "demo-sluice-" + component)
        .path("data")
        .path(component.replaceAll("-.*", "") + ".properties")
        .asText();
  }

  /** What Java reads in the text of a properties file. */
  static Map<String, String> settings(String text) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> settings = new HashMap<>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    return settings;
  }
}
