package io.sluice.streams.api;

import io.javalin.http.Context;
import io.sluice.streams.select.CandidateSummary;
import io.sluice.streams.select.SubsetQueries;
import io.sluice.streams.select.SubsetQueries.HeldBesideSample;
import io.sluice.streams.select.SubsetQueries.HeldSummaries;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Handles {@code GET /api/tasks/{id}/shares}. Thread-safe. */
final class ShareReads {
  private static final String SOURCE = "source";
  private static final String META = "meta.";

  private final SubsetQueries subsets;
  private final Instances instances;

  ShareReads(SubsetQueries subsets, Instances instances) {
    this.subsets = subsets;
    this.instances = instances;
  }

  /** Responds with the shares of the values of one field. */
  void shares(Context request) {
    Parameters.only(request, "budget", "field");
    String id = Parameters.taskId(request);
    Optional<Integer> budget = Parameters.budget(request);
    String field = Parameters.text(request, "field", META.length() + 256).orElse(SOURCE);
    boolean isMeta = field.startsWith(META) && field.length() > META.length();
    if (!field.equals(SOURCE) && !isMeta) {
      throw ApiException.badRequest("there is no such field: use field=source or field=meta.NAME");
    }
    Optional<String> meta = isMeta ? Optional.of(field.substring(META.length())) : Optional.empty();
    instances.ofTask(
        request,
        id,
        "/shares" + Parameters.encoded(request),
        partition -> {
          HeldBesideSample held =
              SubsetReads.inRange(
                  () -> SubsetReads.found(subsets.besideSample(partition, id, budget), id));
          HeldSummaries subset = held.subset();
          Function<CandidateSummary, String> value =
              candidate ->
                  meta.map(name -> candidate.metadata().getOrDefault(name, ""))
                      .orElse(candidate.source());
          Json.respond(
              request,
              SharesView.of(
                  id,
                  subset.task().served().getRevision(),
                  subset.budget(),
                  field,
                  counts(subset.summaries(), value),
                  held.sample().map(sample -> counts(sample, value))));
        });
  }

  private static Map<String, Integer> counts(
      List<CandidateSummary> candidates, Function<CandidateSummary, String> value) {
    Map<String, Integer> counts = new TreeMap<>();
    candidates.forEach(candidate -> counts.merge(value.apply(candidate), 1, Integer::sum));
    return counts;
  }
}
