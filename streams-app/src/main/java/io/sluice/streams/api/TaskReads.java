package io.sluice.streams.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.file.TaskFileWriter;
import io.sluice.schemas.message.MessageJson;
import io.sluice.streams.select.SelectionQueries;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.watch.TopicReader;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Handles the requests that read what a task is, and how it has changed. Thread-safe. */
final class TaskReads {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int DEFAULT_CHANGES = 50;
  private static final int MOST_CHANGES = 200;
  private static final String DEFINITION = "/definition";

  private final SelectionQueries queries;
  private final Instances instances;
  private final TopicReader topics;

  TaskReads(SelectionQueries queries, Instances instances, TopicReader topics) {
    this.queries = queries;
    this.instances = instances;
    this.topics = topics;
  }

  /** Handles {@code GET /api/tasks/{id}/definition}: the newest revision, as a task file. */
  void definition(Context request) {
    Parameters.only(request);
    String id = Parameters.taskId(request);
    instances.ofTask(
        request,
        id,
        DEFINITION,
        partition -> {
          TargetTask task = newest(held(partition, id));
          request.header(SubsetFormat.REVISION, Integer.toString(task.getRevision()));
          request.contentType(Json.TYPE).result(TaskFileWriter.write(task));
        });
  }

  /**
   * The newest revision of a task, as a task file.
   *
   * @throws ApiException when there is no such task
   */
  String definition(String id) {
    return instances
        .askTask(
            id,
            DEFINITION,
            partition -> Json.parse(TaskFileWriter.write(newest(held(partition, id)))))
        .toString();
  }

  /**
   * Handles {@code GET /api/tasks/{id}/queries}: the ids of the queries of the served revision, and
   * the queries themselves if they are asked for.
   */
  void queries(Context request) {
    Parameters.only(request, "messages");
    String id = Parameters.taskId(request);
    boolean withMessages = Parameters.flag(request, "messages");
    instances.ofTask(
        request,
        id,
        "/queries" + Parameters.encoded(request),
        partition -> Json.respond(request, queries(partition, id, withMessages)));
  }

  /** Handles {@code GET /api/tasks/{id}/history}. */
  void history(Context request) {
    Parameters.only(request);
    String id = Parameters.taskId(request);
    queriesOf(id);
    topics.start();
    Json.respond(request, HistoryView.of(id, topics));
  }

  /** Handles {@code GET /api/tasks/{id}/changes}. */
  void changes(Context request) {
    Parameters.only(request, "limit");
    String id = Parameters.taskId(request);
    int limit = Parameters.number(request, "limit", DEFAULT_CHANGES, 1, MOST_CHANGES);
    QueriesView of = queriesOf(id);
    topics.start();
    Json.respond(request, ChangesView.of(id, of, limit, topics));
  }

  private QueriesView queriesOf(String id) {
    return QueriesView.of(
        instances.askTask(id, "/queries", partition -> queries(partition, id, false)));
  }

  private QueriesView queries(int partition, String id, boolean withMessages) {
    TargetTask task = held(partition, id).served();
    return new QueriesView(
        task.getRevision(),
        task.getQueries().stream().map(Query::getId).toList(),
        withMessages
            ? Optional.of(task.getQueries().stream().map(TaskReads::example).toList())
            : Optional.empty());
  }

  private static JsonNode example(Query query) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("id", query.getId());
      json.writeFieldName("messages");
      MessageJson.write(query.getMessages(), json);
      MessageJson.writeToolsAndMetadata(query.getTools(), Map.of(), json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Json.parse(text.toString());
  }

  private HeldTask held(int partition, String id) {
    return SubsetReads.found(queries.task(partition, id), id);
  }

  private static TargetTask newest(HeldTask held) {
    return held.incoming().orElse(held.served());
  }

  /**
   * The queries of a task.
   *
   * @param revision the served revision
   * @param queries the ids of its queries, in query order
   * @param examples the queries with their messages; only if they are asked for
   */
  record QueriesView(
      int revision,
      List<String> queries,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<List<JsonNode>> examples) {
    private static QueriesView of(JsonNode answer) {
      List<String> ids = new ArrayList<>();
      answer.path("queries").forEach(id -> ids.add(id.asText()));
      return new QueriesView(answer.path("revision").asInt(), ids, Optional.empty());
    }
  }
}
