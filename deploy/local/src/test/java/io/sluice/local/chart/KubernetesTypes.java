package io.sluice.local.chart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Optional;

/** Reads manifests as Kubernetes does: unknown fields, and values of another type, are refused. */
final class KubernetesTypes {
  private final KubernetesSerialization known = new KubernetesSerialization();
  private final ObjectMapper strict;

  KubernetesTypes() {
    strict =
        JsonMapper.builder()
            .annotationIntrospector(new NoPlaceForUnknownFields())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                LogicalType.Textual,
                texts -> {
                  texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                  texts.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                  texts.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                })
            .build();
  }

  /**
   * What is wrong with a manifest.
   *
   * @return empty when nothing is
   * @throws IllegalArgumentException when the manifest is of no kind of Kubernetes itself
   */
  Optional<String> problem(JsonNode manifest) {
    String version = manifest.path("apiVersion").asText();
    String kind = manifest.path("kind").asText();
    Class<? extends KubernetesResource> type = known.getRegisteredKubernetesResource(version, kind);
    if (type == null) {
      throw new IllegalArgumentException(version + " has no " + kind);
    }
    try {
      strict.treeToValue(manifest, type);
      return Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.of(
          "%s %s: %s".formatted(kind, manifest.at("/metadata/name").asText(), e.getMessage()));
    }
  }

  /** The classes of the client would take any field. */
  private static final class NoPlaceForUnknownFields extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }
}
