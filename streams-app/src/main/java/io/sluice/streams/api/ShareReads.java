package io.sluice.streams.api;

import io.javalin.http.Context;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.streams.select.SubsetQueries;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Handles {@code GET /api/tasks/{id}/shares}. Thread-safe. */
final class ShareReads {
  private static final String SOURCE = "source";
  private static final String META = "meta.";

  /** The control changes slowly, and counting it reads all nominations. */
  private static final Duration KEPT_FOR = Duration.ofSeconds(30);

  private static final int MOST_KEPT = 64;

  private final SubsetQueries subsets;
  private final SubsetReads reads;
  private final Instances instances;
  private final Map<Key, Counted> controls = new LinkedHashMap<>();

  private record Key(String task, int revision, String field) {}

  private record Counted(Instant at, Optional<Map<String, Integer>> counts) {}

  ShareReads(SubsetQueries subsets, SubsetReads reads, Instances instances) {
    this.subsets = subsets;
    this.reads = reads;
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
          HeldPage page = reads.whole(partition, id, budget);
          Map<String, Integer> selected = new TreeMap<>();
          for (SelectedInstruction each : page.selected()) {
            String value =
                meta.map(name -> each.getMetadata().getOrDefault(name, ""))
                    .orElse(each.getSource());
            selected.merge(value, 1, Integer::sum);
          }
          int revision = page.task().served().getRevision();
          Json.respond(
              request,
              SharesView.of(
                  id,
                  revision,
                  page.budget(),
                  field,
                  selected,
                  control(partition, new Key(id, revision, field), meta)));
        });
  }

  private Optional<Map<String, Integer>> control(int partition, Key key, Optional<String> meta) {
    Instant now = Instant.now();
    synchronized (controls) {
      Counted known = controls.get(key);
      if (known != null && known.at().plus(KEPT_FOR).isAfter(now)) {
        return known.counts();
      }
    }
    Function<Candidate, String> property =
        candidate ->
            meta.map(name -> candidate.getMetadata().getOrDefault(name, ""))
                .orElse(candidate.getSource());
    Optional<Map<String, Integer>> counts = subsets.control(partition, key.task(), property);
    synchronized (controls) {
      controls.remove(key);
      controls.put(key, new Counted(now, counts));
      if (controls.size() > MOST_KEPT) {
        controls.remove(controls.keySet().iterator().next());
      }
    }
    return counts;
  }
}
