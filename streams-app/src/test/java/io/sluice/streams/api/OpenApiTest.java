package io.sluice.streams.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.streams.api.ApiRoutes.Route;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Compares the description of the API with its routes and answers. With {@code
 * -Dsluice.renew=true}, what follows from these is written into the description; summaries,
 * parameters, and the schemas of answers that no record makes are written by hand.
 */
class OpenApiTest {
  private static final Path FILE = Path.of("src/main/resources/io/sluice/streams/api/openapi.json");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final List<String> BY_HAND =
      List.of(
          "CheckedExamples",
          "Definition",
          "Example",
          "Explained",
          "Jobs",
          "KnownCandidate",
          "Results",
          "SelectedExample",
          "SelectedExamples",
          "Tasks");

  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  @Test
  void givenTheRoutes_whenComparedWithTheDescription_thenBothAreTheSame()
      throws JsonProcessingException {
    Set<String> served = new TreeSet<>();
    for (Route route : ApiRoutes.forEverybody()) {
      served.add(route.method().name().toLowerCase(Locale.ROOT) + " " + path(route));
    }
    Set<String> described = new TreeSet<>();
    JsonNode document = JSON.readTree(OpenApi.text());
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(method -> described.add(method + " " + path.getKey())));
    assertThat(described).isEqualTo(served);
  }

  @Test
  void givenTheDescription_whenItsParametersAreRead_thenThoseOfThePathAreThoseInIt()
      throws JsonProcessingException {
    JsonNode document = JSON.readTree(OpenApi.text());
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      Set<String> named = new TreeSet<>();
      Matcher places = PLACE.matcher(path.getKey());
      while (places.find()) {
        named.add(places.group(1));
      }
      for (JsonNode operation : path.getValue()) {
        assertThat(operation.path("summary").asText()).as(path.getKey()).isNotBlank();
        Set<String> described = new TreeSet<>();
        for (JsonNode parameter : operation.path("parameters")) {
          if (parameter.path("in").asText().equals("path")) {
            described.add(parameter.path("name").asText());
          } else {
            assertThat(parameter.path("description").asText()).as(path.getKey()).isNotBlank();
          }
        }
        assertThat(described).as(path.getKey()).isEqualTo(named);
      }
    }
  }

  @Test
  void givenTheAnswers_whenComparedWithTheDescription_thenNoFieldIsMissingOnEitherSide()
      throws IOException {
    JsonNode described = JSON.readTree(OpenApi.text());
    JsonNode expected = withAnswers(described.deepCopy());
    if (Boolean.getBoolean("sluice.renew")) {
      DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
      printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
      Files.writeString(FILE, JSON.writer(printer).writeValueAsString(expected) + "\n");
    } else {
      assertThat(described).isEqualTo(expected);
    }
  }

  private static JsonNode withAnswers(JsonNode document) {
    Map<String, ObjectNode> schemas = new TreeMap<>();
    schema(Json.Failure.class, schemas);
    for (Route route : ApiRoutes.forEverybody()) {
      if (route.answer().isPresent()) {
        ObjectNode responses =
            (ObjectNode)
                document
                    .path("paths")
                    .path(path(route))
                    .path(route.method().name().toLowerCase(Locale.ROOT))
                    .path("responses");
        Iterator<String> statuses = responses.fieldNames();
        ObjectNode answer = (ObjectNode) responses.path(statuses.next());
        answer
            .putObject("content")
            .putObject(Json.TYPE)
            .set("schema", schema(route.answer().get(), schemas));
      }
    }
    // The others are written by hand, for answers that no record makes.
    JsonNode before = document.path("components").path("schemas");
    for (String name : BY_HAND) {
      schemas.put(name, (ObjectNode) before.path(name));
    }
    ObjectNode all = JSON.createObjectNode();
    schemas.forEach(all::set);
    ((ObjectNode) document.path("components")).set("schemas", all);
    return document;
  }

  private static String path(Route route) {
    return route.path().replace('<', '{').replace('>', '}');
  }

  /** The schema of a type; records are added to the named schemas. */
  private static ObjectNode schema(Type type, Map<String, ObjectNode> schemas) {
    ObjectNode schema = JSON.createObjectNode();
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType().equals(Optional.class)) {
        ObjectNode inner = schema(arguments[0], schemas);
        if (inner.has("$ref")) {
          schema.putArray("allOf").add(inner);
          return schema.put("nullable", true);
        }
        return inner.put("nullable", true);
      } else if (generic.getRawType().equals(List.class)) {
        schema.put("type", "array").set("items", schema(arguments[0], schemas));
      } else {
        schema.put("type", "object").set("additionalProperties", schema(arguments[1], schemas));
      }
    } else if (type instanceof Class<?> plain && plain.isRecord()) {
      String name = plain.getSimpleName();
      if (!schemas.containsKey(name)) {
        ObjectNode object = JSON.createObjectNode().put("type", "object");
        schemas.put(name, object);
        ObjectNode properties = object.putObject("properties");
        addProperties(plain, properties, schemas);
      }
      schema.put("$ref", "#/components/schemas/" + name);
    } else if (type.equals(JsonNode.class)) {
      // Another answer of the API.
      schema.put("type", "object");
    } else {
      schema.put("type", plain((Class<?>) type));
    }
    return schema;
  }

  private static void addProperties(
      Class<?> type, ObjectNode properties, Map<String, ObjectNode> schemas) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)) {
        addProperties(component.getType(), properties, schemas);
      } else {
        properties.set(snake(component.getName()), schema(component.getGenericType(), schemas));
      }
    }
  }

  private static String plain(Class<?> type) {
    if (type.equals(String.class)) {
      return "string";
    } else if (type.equals(boolean.class) || type.equals(Boolean.class)) {
      return "boolean";
    }
    return Stream.of(double.class, float.class, Double.class, Float.class).anyMatch(type::equals)
        ? "number"
        : "integer";
  }

  private static String snake(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
