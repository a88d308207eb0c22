package io.sluice.streams.api;

import io.sluice.streams.api.TaskReads.QueriesView;
import io.sluice.streams.watch.Publication;
import io.sluice.streams.watch.Reading;
import io.sluice.streams.watch.TopicReader;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The newest changes of a subset.
 *
 * @param task id of the task
 * @param publications what was published at once, the newest first
 * @param complete whether the reader began with the first record that the topics still had;
 *     otherwise a candidate that was selected before may be listed as entered
 * @param state {@code reading}, {@code ready} or {@code away}
 * @param reason why it is away
 */
record ChangesView(
    String task,
    List<PublicationView> publications,
    boolean complete,
    String state,
    String reason) {
  static ChangesView of(String task, QueriesView queries, int limit, TopicReader topics) {
    Reading reading = topics.reading();
    return new ChangesView(
        task,
        topics.changes().of(task, limit).stream()
            .map(each -> PublicationView.of(each, queries))
            .toList(),
        topics.isComplete(),
        reading.state().name().toLowerCase(Locale.ROOT),
        reading.reason());
  }

  /** What changed at once, as described in {@link Publication}. */
  record PublicationView(
      String at,
      List<ChangeView> entered,
      List<ChangeView> left,
      List<ChangeView> moved,
      int more) {
    static PublicationView of(Publication publication, QueriesView queries) {
      return new PublicationView(
          Instant.ofEpochMilli(publication.at()).toString(),
          changes(publication.entered(), queries),
          changes(publication.left(), queries),
          changes(publication.moved(), queries),
          publication.more());
    }

    private static List<ChangeView> changes(List<Publication.Change> changes, QueriesView queries) {
      return changes.stream().map(each -> ChangeView.of(each, queries)).toList();
    }
  }

  /**
   * The change of one candidate; what its record says is absent if that was not read.
   *
   * @param query the query that it is most similar to; also absent if its record is of another
   *     revision of the task
   */
  record ChangeView(
      String candidate,
      Optional<String> source,
      Optional<Integer> tier,
      Optional<Float> score,
      Optional<String> query) {
    static ChangeView of(Publication.Change change, QueriesView queries) {
      Optional<Publication.Place> place = change.record();
      return new ChangeView(
          change.candidate(),
          place.map(Publication.Place::source),
          place.map(Publication.Place::tier),
          place.map(Publication.Place::score),
          place
              .filter(each -> each.revision() == queries.revision())
              .filter(each -> each.query() < queries.queries().size())
              .map(each -> queries.queries().get(each.query())));
    }
  }
}
