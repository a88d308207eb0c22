package io.sluice.streams.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.audit.Chosen;
import io.sluice.streams.audit.ExplainedSubset;
import io.sluice.streams.audit.Explanation;
import io.sluice.streams.client.ExplanationJson;
import io.sluice.streams.client.Subset;
import io.sluice.streams.client.SubsetWriter;
import io.sluice.streams.select.SubsetFilter;
import io.sluice.streams.select.SubsetQueries;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import io.sluice.streams.select.SubsetQueries.HeldSlots;
import io.sluice.streams.select.SubsetQueries.HeldSummaries;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Handles the requests that read one task with its subset. Thread-safe. */
final class SubsetReads {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Set<String> PAGE = Set.of("offset", "limit");
  private static final int DEFAULT_LIMIT = 50;
  private static final int MOST = 500;
  private static final int DEFAULT_POINTS = 400;
  private static final int FEWEST_POINTS = 10;
  private static final int MOST_POINTS = 1000;

  private final SubsetQueries subsets;
  private final Instances instances;
  private final CandidateLookup candidates;

  SubsetReads(SubsetQueries subsets, Instances instances, CandidateLookup candidates) {
    this.subsets = subsets;
    this.instances = instances;
    this.candidates = candidates;
  }

  /** Handles {@code GET /api/tasks/{id}}. */
  void task(Context request) {
    String id = Parameters.taskId(request);
    instances.ofTask(
        request,
        id,
        "",
        partition -> {
          HeldSummaries held = summaries(partition, id);
          SubsetReport report = SubsetReport.of(held.task().served(), SummaryEntry.of(held));
          Json.respond(request, TaskView.of(held.task(), report));
        });
  }

  /**
   * Handles {@code GET /api/tasks/{id}/selected}: the whole subset of a budget, or a page of it.
   */
  void selected(Context request) {
    String id = Parameters.taskId(request);
    Parameters.only(
        request,
        name ->
            Set.of("budget", "format").contains(name)
                || PAGE.contains(name)
                || FilterParameters.include(name),
        "budget, format, offset, limit, search, source or meta.NAME");
    Optional<Integer> budget = Parameters.budget(request);
    SubsetFormat format = SubsetFormat.of(request);
    boolean isPage =
        request.queryParamMap().keySet().stream()
            .anyMatch(name -> PAGE.contains(name) || FilterParameters.include(name));
    if (isPage && format != SubsetFormat.JSON) {
      throw ApiException.badRequest(
          "a page is sent as JSON only: leave format out, or offset, limit, search, source and"
              + " meta");
    }
    int offset = Parameters.number(request, "offset", 0, 0, Integer.MAX_VALUE);
    int limit = Parameters.number(request, "limit", DEFAULT_LIMIT, 1, MOST);
    Optional<SubsetFilter> filter = FilterParameters.of(request);
    instances.ofTask(
        request,
        id,
        "/selected" + Parameters.encoded(request),
        partition -> {
          if (isPage) {
            respond(request, page(partition, id, budget, filter, offset, limit), offset, limit);
          } else {
            format.respond(request, subset(whole(partition, id, budget)));
          }
        });
  }

  /** Handles {@code GET /api/tasks/{id}/explain}: why a candidate is selected, or not. */
  void explain(Context request) {
    String id = Parameters.taskId(request);
    String candidate = Parameters.candidateId(request);
    instances.ofTask(
        request,
        id,
        "/explain?candidate=" + Parameters.encoded(candidate),
        partition -> {
          HeldSummaries held = summaries(partition, id);
          TargetTask task = held.task().served();
          List<Chosen> selected = SummaryEntry.of(held).stream().map(SummaryEntry::chosen).toList();
          Explanation explanation =
              new ExplainedSubset(task, selected, held.sizes().isFull(largest(task)))
                  .explain(candidate, candidates.find(task, selected, candidate));
          request.contentType(Json.TYPE).result(ExplanationJson.of(explanation));
        });
  }

  /** Handles {@code GET /api/tasks/{id}/scores}: the scores along the slots of a budget. */
  void scores(Context request) {
    String id = Parameters.taskId(request);
    Parameters.only(request, "budget", "points");
    Optional<Integer> budget = Parameters.budget(request);
    int points = Parameters.number(request, "points", DEFAULT_POINTS, FEWEST_POINTS, MOST_POINTS);
    instances.ofTask(
        request,
        id,
        "/scores" + Parameters.encoded(request),
        partition -> {
          HeldSlots held = found(subsets.slots(partition, id), id);
          TargetTask task = held.task().served();
          int wanted = budget.orElseGet(() -> largest(task));
          int size = inRange(() -> held.sizes().within(id, wanted));
          Json.respond(request, ScoresView.of(task, wanted, held.slots().subList(0, size), points));
        });
  }

  /**
   * The subset of a budget, from a partition that this instance holds.
   *
   * @param budget the largest one when it is empty
   * @throws ApiException when there is no such task, or the budget is out of range
   */
  HeldPage whole(int partition, String id, Optional<Integer> budget) {
    return page(partition, id, budget, Optional.empty(), 0, Integer.MAX_VALUE);
  }

  private HeldSummaries summaries(int partition, String id) {
    return found(subsets.summaries(partition, id, Optional.empty()), id);
  }

  private HeldPage page(
      int partition,
      String id,
      Optional<Integer> budget,
      Optional<SubsetFilter> filter,
      int offset,
      int limit) {
    return inRange(() -> found(subsets.page(partition, id, budget, filter, offset, limit), id));
  }

  /**
   * What an action returns.
   *
   * @throws ApiException when a number is out of range
   */
  static <T> T inRange(Supplier<T> action) {
    try {
      return action.get();
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest(e.getMessage());
    }
  }

  /** A part of a subset as clients of topics have it. */
  static Subset subset(HeldPage page) {
    return Subset.inOrder(page.task().served(), page.slots(), page.selected());
  }

  private static int largest(TargetTask task) {
    List<Integer> budgets = task.getBudgets();
    return budgets.get(budgets.size() - 1);
  }

  /**
   * What was found of a task.
   *
   * @throws ApiException when there is no such task
   */
  static <T> T found(Optional<T> found, String id) {
    return found.orElseThrow(() -> noTask(id));
  }

  /** Status 404: there is no such task. */
  static ApiException noTask(String id) {
    return ApiException.notFound("there is no task '%s': GET /api/tasks lists them".formatted(id));
  }

  private static void respond(Context request, HeldPage page, int offset, int limit)
      throws IOException {
    TargetTask task = page.task().served();
    request.header(SubsetFormat.REVISION, Integer.toString(task.getRevision()));
    request.header(SubsetFormat.SIZE, Integer.toString(page.size()));
    request.contentType(Json.TYPE);
    try (Writer out = new OutputStreamWriter(request.outputStream(), StandardCharsets.UTF_8);
        JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("task", task.getTaskId());
      json.writeNumberField("revision", task.getRevision());
      json.writeNumberField("budget", page.budget());
      json.writeNumberField("size", page.size());
      json.writeNumberField("matching", page.matching());
      json.writeNumberField("offset", offset);
      json.writeNumberField("limit", limit);
      json.writeArrayFieldStart("selected");
      for (Subset.Entry entry : subset(page).entries()) {
        json.writeStartObject();
        json.writeNumberField("tier", entry.instruction().getTier());
        SubsetWriter.writeFields(entry, json);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }
}
