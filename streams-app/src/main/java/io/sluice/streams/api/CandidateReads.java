package io.sluice.streams.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.message.MessageJson;
import io.sluice.streams.client.CandidateContents;
import io.sluice.streams.nominate.JudgedCandidate;
import io.sluice.streams.select.SubsetQueries;
import io.sluice.streams.select.SubsetQueries.HeldSlots;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Handles the requests that read all that is known of one candidate. Thread-safe. */
final class CandidateReads {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Duration SEEK_WITHIN = Duration.ofSeconds(5);
  private static final String UNKNOWN =
      "no task has it in its state, and its partition of the topic of candidates has no record of"
          + " it either: was it sent, and under this id?";
  private static final String RETRACTED = "it was retracted";
  private static final String UNREADABLE = "its record cannot be read, and became a dead letter";
  private static final String NOT_SCORED =
      "no task has scored it yet: it waits for a worker, or for the streams-app";

  private final Reads reads;
  private final Instances instances;
  private final SubsetQueries subsets;
  private final CandidateLookup lookup;
  private final CandidateContents contents;

  CandidateReads(
      KafkaAccess kafka,
      Reads reads,
      Instances instances,
      SubsetQueries subsets,
      CandidateLookup lookup) {
    this.reads = reads;
    this.instances = instances;
    this.subsets = subsets;
    this.lookup = lookup;
    this.contents = new CandidateContents(kafka);
  }

  /** Handles {@code GET /api/candidate?id=ID}. */
  void candidate(Context request) throws IOException {
    Parameters.only(request, "id");
    String id = Parameters.anyCandidate(request);
    List<InTask> tasks = new ArrayList<>();
    long offset = -1;
    for (JsonNode task : reads.allTasks()) {
      String taskId = task.path("task").asText();
      int revision = task.path("revision").asInt();
      Optional<JudgedCandidate> judged = lookup.judged(taskId, revision, id);
      offset = Math.max(offset, judged.map(JudgedCandidate::offset).orElse(-1L));
      tasks.add(InTask.of(taskId, revision, judged, held(taskId, revision, id)));
    }
    Found found = find(id, offset);
    respond(request, id, found, tasks);
  }

  /**
   * Handles {@code GET /api/tasks/{id}/place}: where a task has a candidate, for other instances.
   */
  void place(Context request) {
    String task = Parameters.taskId(request);
    String candidate = Parameters.candidateId(request);
    instances.ofTask(
        request,
        task,
        "/place" + Parameters.encoded(request),
        partition -> Json.respond(request, held(partition, task, candidate)));
  }

  private HeldBy held(String taskId, int revision, String candidate) {
    JsonNode answer =
        instances.askTask(
            taskId,
            "/place?candidate=" + Parameters.encoded(candidate),
            partition -> held(partition, taskId, candidate));
    return HeldBy.of(answer, revision);
  }

  private HeldBy held(int partition, String taskId, String candidate) {
    Optional<HeldSlots> held = subsets.slots(partition, taskId);
    if (held.isEmpty()) {
      return new HeldBy(0, List.of(), Optional.empty());
    }
    TargetTask task = held.get().task().served();
    return new HeldBy(
        task.getRevision(),
        task.getQueries().stream().map(query -> query.getId()).toList(),
        held.get().slots().stream()
            .filter(slot -> slot.id().equals(candidate))
            .findFirst()
            .map(
                slot ->
                    new PlaceView(
                        slot.slot(),
                        held.get().sizes().tierOf(slot.slot()).orElseThrow(),
                        task.getQueries().get(slot.query()).getId(),
                        slot.score())));
  }

  private Found find(String id, long offset) {
    Optional<Candidate> represented =
        offset < 0 ? Optional.empty() : contents.represented(id, offset);
    if (represented.isPresent()) {
      return new Found(true, represented, Optional.of("representations"), "");
    }
    long deadline = System.nanoTime() + SEEK_WITHIN.toNanos();
    try {
      CandidateContents.Sent sent =
          contents.sent(
              id,
              () -> {
                if (System.nanoTime() > deadline) {
                  throw new TooLongException();
                }
              });
      boolean known = sent.state() != CandidateContents.State.UNKNOWN;
      String why =
          switch (sent.state()) {
            case UNKNOWN -> UNKNOWN;
            case RETRACTED -> RETRACTED;
            case UNREADABLE -> UNREADABLE;
            case SENT -> NOT_SCORED;
          };
      return new Found(
          known || offset >= 0,
          sent.candidate(),
          sent.candidate().map(candidate -> "candidates"),
          why);
    } catch (TooLongException e) {
      return new Found(
          offset >= 0,
          Optional.empty(),
          Optional.empty(),
          "no task has it in its state, and the topic of candidates is too long to be read within "
              + SEEK_WITHIN.toSeconds()
              + " s: GET /api/tasks/{id}/explain looks further");
    }
  }

  private static void respond(Context request, String id, Found found, List<InTask> tasks)
      throws IOException {
    request.contentType(Json.TYPE);
    try (Writer out = new OutputStreamWriter(request.outputStream(), StandardCharsets.UTF_8);
        JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("candidate", id);
      json.writeBooleanField("known", found.known());
      if (found.candidate().isPresent()) {
        Candidate candidate = found.candidate().get();
        json.writeStringField("source", candidate.getSource());
        json.writeFieldName("messages");
        MessageJson.write(candidate.getMessages(), json);
        MessageJson.writeToolsAndMetadata(candidate.getTools(), candidate.getMetadata(), json);
      }
      json.writeStringField("found_in", found.in().orElse(null));
      json.writeFieldName("tasks");
      json.writeRawValue(Json.text(tasks));
      json.writeStringField("why", found.why());
      json.writeEndObject();
    }
  }

  /** Reading the topic of candidates takes too long for a request. */
  private static final class TooLongException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * What a candidate consists of.
   *
   * @param known whether there is, or was, such a candidate
   * @param in where it was found: representations or candidates
   * @param why it was not, or what that means
   */
  private record Found(
      boolean known, Optional<Candidate> candidate, Optional<String> in, String why) {}

  /**
   * Where a task has a candidate.
   *
   * @param revision the task's revision
   * @param queries ids of its queries
   * @param place the place of the candidate, if it is selected
   */
  record HeldBy(int revision, List<String> queries, Optional<PlaceView> place) {
    /** Reads the answer; another revision has other queries, and says nothing about this one. */
    static HeldBy of(JsonNode answer, int revision) {
      if (answer.path("revision").asInt() != revision) {
        return new HeldBy(revision, List.of(), Optional.empty());
      }
      List<String> queries = new ArrayList<>();
      answer.path("queries").forEach(query -> queries.add(query.asText()));
      JsonNode place = answer.path("place");
      return new HeldBy(
          revision,
          queries,
          place.isObject()
              ? Optional.of(
                  new PlaceView(
                      place.path("slot").asInt(),
                      place.path("tier").asInt(),
                      place.path("query").asText(),
                      place.path("score").floatValue()))
              : Optional.empty());
    }
  }

  /**
   * A candidate for one task.
   *
   * @param task id of the task
   * @param revision its revision
   * @param state {@code selected}, {@code not_selected}, {@code left_out} or {@code not_scored}
   * @param reason by which rule it is left out, otherwise empty
   * @param place what it holds; absent unless it is selected
   * @param scores its similarity to each query, in query order; empty unless it is in the pool
   * @param leak whether it is in the pool and shares text with the task, if this is reported
   */
  record InTask(
      String task,
      int revision,
      String state,
      String reason,
      Optional<PlaceView> place,
      List<ScoreView> scores,
      boolean leak) {
    static InTask of(String task, int revision, Optional<JudgedCandidate> judged, HeldBy held) {
      Optional<String> reason = judged.flatMap(JudgedCandidate::reason);
      String state = judged.isEmpty() ? "not_scored" : "not_selected";
      if (held.place().isPresent()) {
        state = "selected";
      } else if (reason.isPresent()) {
        state = "left_out";
      }
      float[] scores = judged.map(JudgedCandidate::scores).orElse(new float[0]);
      List<ScoreView> all = new ArrayList<>();
      for (int query = 0; query < Math.min(scores.length, held.queries().size()); query++) {
        all.add(new ScoreView(held.queries().get(query), scores[query]));
      }
      return new InTask(
          task,
          revision,
          state,
          reason.orElse(""),
          held.place(),
          all,
          judged.map(JudgedCandidate::leak).orElse(false));
    }
  }

  /**
   * What a selected candidate holds.
   *
   * @param slot its slot in selection order, from 0
   * @param tier the smallest budget that includes it
   * @param query the query for which it was selected
   * @param score its similarity to that query
   */
  record PlaceView(int slot, int tier, String query, float score) {}

  /** The similarity of a candidate to a query. */
  record ScoreView(String query, float score) {}
}
