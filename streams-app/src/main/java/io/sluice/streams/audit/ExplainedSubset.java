package io.sluice.streams.audit;

import io.sluice.schemas.Duplicates;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.audit.Explanation.Lost;
import io.sluice.streams.audit.Explanation.Place;
import io.sluice.streams.audit.Explanation.QueryScore;
import io.sluice.streams.audit.Explanation.State;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.selection.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Explains why candidates are in the subset of a task's largest budget, or not. Immutable and
 * thread-safe.
 */
public final class ExplainedSubset {
  private final TargetTask task;
  private final Algorithm algorithm;
  private final boolean onceEach;
  private final List<Chosen> selected;
  private final boolean full;

  /** The selected candidates, or their contents if these count once. */
  private final List<Slot<String>> slots;

  /**
   * Takes a subset.
   *
   * @param task the task in the revision of the subset
   * @param selected the subset of the largest budget, in selection order
   * @param full whether no candidate can be added to it without another one leaving it
   */
  public ExplainedSubset(TargetTask task, List<Chosen> selected, boolean full) {
    this.task = task;
    this.algorithm = Algorithm.parse(task.getAlgorithm());
    this.onceEach = task.getRules().getDuplicates() == Duplicates.ONE;
    this.selected = List.copyOf(selected);
    this.full = full;
    this.slots =
        onceEach
            ? selected.stream().map(ExplainedSubset::ofContent).toList()
            : selected.stream().map(Chosen::slot).toList();
  }

  /** Takes a subset as it was published, like {@link #ExplainedSubset}. */
  public static ExplainedSubset of(
      TargetTask task, List<SelectedInstruction> selected, boolean full) {
    return new ExplainedSubset(
        task,
        IntStream.range(0, selected.size())
            .mapToObj(rank -> Chosen.of(task, rank, selected.get(rank)))
            .toList(),
        full);
  }

  private static Slot<String> ofContent(Chosen chosen) {
    Slot<String> slot = chosen.slot();
    return new Slot<>(
        slot.slot(), slot.query(), chosen.content(), slot.score(), slot.neighbourOf());
  }

  /** Explains why a candidate is selected, or not. */
  public Explanation explain(String candidateId, Evidence evidence) {
    if (evidence instanceof Evidence.Scored scored) {
      return explainScored(candidateId, scored);
    } else if (evidence instanceof Evidence.LeftOut leftOut) {
      return explanation(
          candidateId,
          State.LEFT_OUT,
          "rules of the task leave it out: " + String.join(", ", leftOut.reasons()),
          Optional.empty(),
          List.of(),
          leftOut.reasons(),
          leftOut.leaksWith(),
          Optional.empty());
    }
    Evidence.Absent absent = (Evidence.Absent) evidence;
    return explanation(
        candidateId,
        absent.state(),
        absent.why(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  private Explanation explainScored(String candidateId, Evidence.Scored scored) {
    Standing standing =
        Standing.of(
            algorithm,
            slots,
            new Standing.Contender(
                onceEach ? scored.content() : candidateId, scored.scores(), scored.neighbourOf()));
    Optional<String> other =
        standing
            .held()
            .map(slot -> selected.get(slot.slot()).slot().id())
            .or(scored::lowestId)
            .filter(id -> !id.equals(candidateId));
    State state = state(candidateId, standing, other);
    List<QueryScore> queries = queries(scored.scores(), standing);
    return explanation(
        candidateId,
        state,
        why(state, standing, queries, other),
        state == State.SELECTED ? standing.held().map(this::place) : Optional.empty(),
        queries,
        List.of(),
        scored.leaksWith(),
        other);
  }

  private State state(String candidateId, Standing standing, Optional<String> other) {
    if (other.isPresent()) {
      // The lowest id stands for a content. A lower one than the selected one is yet to replace it.
      boolean replaces = standing.held().isPresent() && candidateId.compareTo(other.get()) < 0;
      return replaces ? State.PENDING : State.DUPLICATE;
    } else if (standing.held().isPresent()) {
      return State.SELECTED;
    }
    return standing.won().isPresent() || !full ? State.PENDING : State.NOT_SELECTED;
  }

  private Place place(Slot<String> slot) {
    return new Place(slot.slot(), selected.get(slot.slot()).tier(), queryId(slot.query()));
  }

  private List<QueryScore> queries(float[] scores, Standing standing) {
    List<QueryScore> queries = new ArrayList<>(scores.length);
    for (int query = 0; query < scores.length; query++) {
      int of = query;
      queries.add(
          new QueryScore(
              queryId(query),
              scores[query],
              standing.lost().stream()
                  .filter(lost -> lost.query() == of)
                  .findFirst()
                  .map(this::lost)));
    }
    return queries;
  }

  private Lost lost(Standing.Lost lost) {
    Slot<String> closest = lost.closest();
    return new Lost(
        lost.slots(),
        closest.slot(),
        selected.get(closest.slot()).slot().id(),
        closest.score(),
        lost.by());
  }

  private String queryId(int query) {
    return task.getQueries().get(query).getId();
  }

  private String why(
      State state, Standing standing, List<QueryScore> queries, Optional<String> other) {
    return switch (state) {
      case SELECTED -> {
        Place place = place(standing.held().orElseThrow());
        yield "it holds slot %d, for query '%s', in the subset of budget %d"
            .formatted(place.slot(), place.query(), place.tier());
      }
      case DUPLICATE ->
          standing
              .held()
              .map(
                  slot ->
                      "'%s' has the same content and holds slot %d"
                          .formatted(other.get(), slot.slot()))
              .orElseGet(
                  () ->
                      "'%s' has the same content, which is not selected: %s"
                          .formatted(other.get(), closest(queries)));
      case PENDING ->
          standing
              .won()
              .map(
                  slot ->
                      "it belongs into slot %d or a lower one, which the streams-app has yet to publish"
                          .formatted(slot.slot()))
              .orElse("it belongs into the subset, which the streams-app has yet to publish");
      default -> closest(queries);
    };
  }

  /** Where the candidate came closest to a slot. */
  private String closest(List<QueryScore> queries) {
    return queries.stream()
        .filter(query -> query.lost().isPresent())
        .min((a, b) -> Double.compare(a.lost().get().by(), b.lost().get().by()))
        .map(
            query -> {
              Lost lost = query.lost().get();
              String holder = "'%s' holds slot %d".formatted(lost.to(), lost.slot());
              if (algorithm instanceof Algorithm.Random) {
                return "the hash of its id comes after those of all that are selected: " + holder;
              } else if (lost.by() == 0 && algorithm instanceof Algorithm.KnnUniform) {
                return holder + ", near as many queries, and comes first by its id or content";
              } else if (lost.by() == 0) {
                return holder + " with the same score, and comes first by its id or content";
              } else if (algorithm instanceof Algorithm.KnnUniform) {
                return "%s, near %.0f more queries".formatted(holder, lost.by());
              }
              return String.format(
                  Locale.ROOT,
                  "it came closest for query '%s': %s with a score that is %.6f higher",
                  query.query(),
                  holder,
                  lost.by());
            })
        .orElse("the subset is empty");
  }

  private Explanation explanation(
      String candidateId,
      State state,
      String why,
      Optional<Place> place,
      List<QueryScore> queries,
      List<String> leftOutBy,
      List<String> leaksWith,
      Optional<String> sameContentAs) {
    return new Explanation(
        task.getTaskId(),
        task.getRevision(),
        candidateId,
        state,
        why,
        task.getAlgorithm(),
        place,
        queries,
        leftOutBy,
        leaksWith,
        sameContentAs);
  }
}
