package io.sluice.streams.api;

import io.javalin.http.Context;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.watch.DeadLetter;
import io.sluice.streams.watch.DeadLetters;
import io.sluice.streams.watch.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Handles {@code GET /api/dead-letters}. Thread-safe; one reading at a time. */
final class LetterReads {
  private static final int MOST_READ = 5_000;
  private static final int DEFAULT_LIMIT = 20;
  private static final int MOST = 100;
  private static final int MOST_REASONS = 100;
  private static final int LONGEST = 1_000;

  /** Whoever turns pages sees the same letters for so long. */
  private static final Duration KEPT_FOR = Duration.ofSeconds(3);

  private final DeadLetters letters;
  private Instant readAt = Instant.EPOCH;
  private DeadLetters.Newest newest = new DeadLetters.Newest(0, true, List.of());

  LetterReads(KafkaAccess kafka) {
    this.letters = new DeadLetters(kafka);
  }

  /** Responds with the reasons and a page of the newest letters. */
  void letters(Context request) {
    Parameters.only(request, "reason", "topic", "stage", "offset", "limit");
    Optional<String> reason = Parameters.text(request, "reason", LONGEST);
    Optional<String> topic = Parameters.text(request, "topic", LONGEST);
    Optional<String> stage = Parameters.text(request, "stage", LONGEST);
    int offset = Parameters.number(request, "offset", 0, 0, Integer.MAX_VALUE);
    int limit = Parameters.number(request, "limit", DEFAULT_LIMIT, 1, MOST);
    DeadLetters.Newest read = read();
    List<DeadLetter> matching =
        read.letters().stream()
            .filter(letter -> reason.map(letter.kind()::equals).orElse(true))
            .filter(letter -> topic.map(letter.topic()::equals).orElse(true))
            .filter(letter -> stage.map(letter.stage()::equals).orElse(true))
            .toList();
    Json.respond(
        request,
        new LettersView(
            read.total(),
            read.letters().size(),
            read.isAll(),
            reasons(read.letters()),
            matching.size(),
            offset,
            matching.stream().skip(offset).limit(limit).map(LetterView::of).toList()));
  }

  private synchronized DeadLetters.Newest read() {
    if (readAt.plus(KEPT_FOR).isBefore(Instant.now())) {
      newest = letters.newest(MOST_READ);
      readAt = Instant.now();
    }
    return newest;
  }

  private static List<ReasonView> reasons(List<DeadLetter> letters) {
    Map<ReasonKey, List<DeadLetter>> byReason = new LinkedHashMap<>();
    for (DeadLetter letter : letters) {
      byReason
          .computeIfAbsent(
              new ReasonKey(letter.kind(), letter.stage(), letter.topic()),
              key -> new ArrayList<>())
          .add(letter);
    }
    return byReason.entrySet().stream()
        .sorted(
            Comparator.comparingInt(
                    (Map.Entry<ReasonKey, List<DeadLetter>> each) -> each.getValue().size())
                .reversed())
        .limit(MOST_REASONS)
        .map(
            each ->
                new ReasonView(
                    each.getKey().kind(),
                    each.getValue().size(),
                    each.getKey().stage(),
                    each.getKey().topic(),
                    time(each.getValue().stream().mapToLong(DeadLetter::at).max().orElse(0))))
        .toList();
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private record ReasonKey(String kind, String stage, String topic) {}

  /**
   * The newest dead letters.
   *
   * @param total how many the topic has; if not all were read, the ends of transactions count too
   * @param read how many were read
   * @param complete whether these are all
   * @param reasons the kinds of reasons among those read, the most frequent ones first
   * @param matching how many of those read the request asks for
   * @param offset how many of these were skipped
   * @param letters a page of them, the newest first
   */
  record LettersView(
      long total,
      int read,
      boolean complete,
      List<ReasonView> reasons,
      int matching,
      int offset,
      List<LetterView> letters) {}

  /** A kind of reason: what the reasons of several letters have in common. */
  record ReasonView(String kind, int count, String stage, String topic, String lastAt) {}

  /**
   * A dead letter, as described in {@link DeadLetter}.
   *
   * @param valueCut whether the value shown is only its beginning
   * @param binary whether the value is not text
   */
  record LetterView(
      String at,
      int partition,
      long offset,
      String stage,
      String reason,
      String kind,
      String topic,
      int sourcePartition,
      long sourceOffset,
      Optional<String> key,
      Optional<String> value,
      int valueBytes,
      boolean valueCut,
      boolean binary) {
    static LetterView of(DeadLetter letter) {
      return new LetterView(
          time(letter.at()),
          letter.partition(),
          letter.offset(),
          letter.stage(),
          letter.reason(),
          letter.kind(),
          letter.topic(),
          letter.sourcePartition(),
          letter.sourceOffset(),
          letter.key().map(SafeText::text),
          letter.value().map(SafeText::text),
          letter.value().map(SafeText::bytes).orElse(0),
          letter.value().map(SafeText::isCut).orElse(false),
          letter.value().map(SafeText::isBinary).orElse(false));
    }
  }
}
