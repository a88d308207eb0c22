package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.api.StreamsApp;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the API answers has the fields and types that its description names, and no others. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class OpenApiAnswersTest {
  private static final String MESSAGES =
      "[{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]";

  @Test
  void givenRealAnswers_whenComparedWithTheDescription_thenNoFieldIsUndescribedOrMissing(
      TestKafka kafka, @TempDir Path directory) throws Exception {
    kafka.createTopics(new TopicSetup(2, 2));
    try (SyntheticStream stream = new SyntheticStream(kafka, 2);
        StreamsApp app = RunningApi.start(kafka, directory, Map.of())) {
      ApiClient api = RunningApi.ready(app);
      TargetTask task = stream.define("t", 1, 3, List.of(5, 10));
      stream.arrive(100);
      stream.awaitScored(task);
      JsonNode selected =
          api.await(
                  "/api/tasks/t/selected",
                  answer -> answer.status() == 200 && answer.json().path("selected").size() == 10)
              .json()
              .path("selected");
      String in = selected.path(0).path("candidate_id").asText();
      JsonNode fired =
          api.await("/api/jobs?task=t", answer -> !answer.json().path("jobs").isEmpty())
              .json()
              .path("jobs")
              .path(0);
      String job = fired.path("job").asText();
      JsonNode document = api.get("/api/openapi.json").json();
      List<String> faults = new ArrayList<>();

      compare(
          document,
          "post /api/examples/check",
          api.post(
                  "/api/examples/check",
                  BodyPublishers.ofString(
                      "{\"id\": \"q\", \"messages\": %s}\n{\"messages\": []}\n"
                          .formatted(MESSAGES)),
                  "Content-Type",
                  "application/x-ndjson")
              .json(),
          faults);
      compare(
          document,
          "post /api/tasks/{id}/check",
          api.post(
                  "/api/tasks/t/check",
                  BodyPublishers.ofString(
                      "{\"task\": \"t\", \"budgets\": [0], \"queries\": [{\"id\": \"q\", \"messages\": %s}]}"
                          .formatted(MESSAGES)),
                  "Content-Type",
                  "application/json")
              .json(),
          faults);
      Map.ofEntries(
              Map.entry("/api/overview", List.of("/api/overview")),
              Map.entry("/api/forms", List.of("/api/forms")),
              Map.entry("/api/tasks", List.of("/api/tasks")),
              Map.entry("/api/tasks/{id}", List.of("/api/tasks/t")),
              Map.entry("/api/tasks/{id}/definition", List.of("/api/tasks/t/definition")),
              Map.entry(
                  "/api/tasks/{id}/queries",
                  List.of("/api/tasks/t/queries", "/api/tasks/t/queries?messages=true")),
              Map.entry(
                  "/api/tasks/{id}/selected",
                  List.of("/api/tasks/t/selected", "/api/tasks/t/selected?limit=3")),
              Map.entry(
                  "/api/tasks/{id}/explain",
                  Stream.concat(Stream.of(in, "unknown"), Stream.of("c0", "c1", "c2", "c3"))
                      .map("/api/tasks/t/explain?candidate=%s"::formatted)
                      .toList()),
              Map.entry("/api/tasks/{id}/scores", List.of("/api/tasks/t/scores")),
              Map.entry("/api/tasks/{id}/shares", List.of("/api/tasks/t/shares")),
              Map.entry("/api/tasks/{id}/history", List.of("/api/tasks/t/history")),
              Map.entry("/api/tasks/{id}/changes", List.of("/api/tasks/t/changes")),
              Map.entry("/api/jobs", List.of("/api/jobs", "/api/jobs?task=t")),
              Map.entry("/api/jobs/{id}", List.of("/api/jobs/" + job)),
              Map.entry("/api/tasks/{id}/jobs/{job}", List.of("/api/tasks/t/jobs/" + job)),
              Map.entry("/api/jobs/{id}/distance", List.of("/api/jobs/" + job + "/distance")),
              Map.entry(
                  "/api/candidate",
                  List.of("/api/candidate?id=" + in, "/api/candidate?id=unknown")),
              Map.entry("/api/dead-letters", List.of("/api/dead-letters")))
          .forEach(
              (route, paths) ->
                  paths.forEach(
                      path -> {
                        ApiClient.Answer answer = api.get(path);
                        assertThat(answer.status()).as(path + " " + answer).isEqualTo(200);
                        compare(document, "get " + route, answer.json(), faults);
                      }));

      assertThat(faults).isEmpty();
    }
  }

  /** Compares an answer with the schema of a method and a route. */
  private static void compare(
      JsonNode document, String operation, JsonNode answer, List<String> faults) {
    String[] words = operation.split(" ");
    JsonNode responses = document.path("paths").path(words[1]).path(words[0]).path("responses");
    JsonNode schema =
        responses
            .path(responses.fieldNames().next())
            .path("content")
            .path("application/json")
            .path("schema");
    assertThat(schema.isMissingNode()).as("%s has no schema", operation).isFalse();
    new Comparison(document, faults).compare(answer, schema, operation);
  }

  private record Comparison(JsonNode document, List<String> faults) {
    void compare(JsonNode value, JsonNode given, String at) {
      JsonNode schema = resolved(given);
      if (value.isNull()) {
        check(given.path("nullable").asBoolean(), at + " is null");
        return;
      }
      switch (schema.path("type").asText()) {
        case "object" -> object(value, schema, at);
        case "array" -> {
          check(value.isArray(), at + " is no list");
          value.forEach(each -> compare(each, schema.path("items"), at + "[]"));
        }
        case "string" -> check(value.isTextual(), at + " is no text");
        case "integer" -> check(value.isIntegralNumber(), at + " is no whole number");
        case "number" -> check(value.isNumber(), at + " is no number");
        case "boolean" -> check(value.isBoolean(), at + " is not true or false");
        // Anything may stand here.
        default -> {}
      }
    }

    private void object(JsonNode value, JsonNode schema, String at) {
      check(value.isObject(), at + " is no object");
      JsonNode named = schema.path("properties");
      JsonNode others = schema.path("additionalProperties");
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        String where = at + "." + field.getKey();
        if (named.has(field.getKey())) {
          compare(field.getValue(), named.path(field.getKey()), where);
        } else if (!others.isMissingNode()) {
          compare(field.getValue(), others, where);
        } else {
          check(named.isMissingNode(), where + " is not described");
        }
      }
      for (JsonNode required : schema.path("required")) {
        check(value.has(required.asText()), at + "." + required.asText() + " is missing");
      }
    }

    private JsonNode resolved(JsonNode schema) {
      JsonNode one = schema.has("allOf") ? schema.path("allOf").path(0) : schema;
      String reference = one.path("$ref").asText();
      return reference.isEmpty()
          ? one
          : document.path("components").path("schemas").path(reference.replaceFirst(".*/", ""));
    }

    private void check(boolean right, String fault) {
      if (!right) {
        faults.add(fault);
      }
    }
  }
}
