package io.sluice.streams.api;

import io.javalin.http.Context;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Which candidates a request is for.
 *
 * @param search text that the id, the source, a message, the tools or a value of the metadata
 *     contains, in whichever case; empty for any candidate
 * @param source the source that they have; empty for any
 * @param metadata the metadata that they have
 */
record CandidateFilter(
    Optional<String> search, Optional<String> source, Map<String, String> metadata)
    implements Predicate<Candidate> {
  private static final String META = "meta.";
  private static final int LONGEST_SEARCH = 200;
  private static final int LONGEST_VALUE = 1024;

  CandidateFilter {
    metadata = Map.copyOf(metadata);
  }

  /** Whether a parameter belongs to a filter. */
  static boolean isParameter(String name) {
    return name.equals("search")
        || name.equals("source")
        || (name.startsWith(META) && name.length() > META.length());
  }

  /**
   * The filter of a request; empty when it has none.
   *
   * @throws ApiException when a parameter is given twice or is too long
   */
  static Optional<Predicate<Candidate>> of(Context request) {
    Optional<String> search = Parameters.text(request, "search", LONGEST_SEARCH);
    Optional<String> source = Parameters.single(request, "source");
    Map<String, String> metadata = new TreeMap<>();
    for (String name : request.queryParamMap().keySet()) {
      if (name.startsWith(META)) {
        if (request.queryParams(name).size() > 1) {
          throw ApiException.badRequest(
              "a parameter meta.NAME is given twice: a candidate has one value of each");
        }
        metadata.put(
            name.substring(META.length()),
            Parameters.text(request, name, LONGEST_VALUE).orElse(""));
      }
    }
    return search.isEmpty() && source.isEmpty() && metadata.isEmpty()
        ? Optional.empty()
        : Optional.of(new CandidateFilter(search, source, metadata));
  }

  @Override
  public boolean test(Candidate candidate) {
    return source.map(candidate.getSource()::equals).orElse(true)
        && metadata.entrySet().stream()
            .allMatch(each -> each.getValue().equals(candidate.getMetadata().get(each.getKey())))
        && search.map(text -> mentions(candidate, text)).orElse(true);
  }

  private static boolean mentions(Candidate candidate, String text) {
    if (contains(candidate.getId(), text) || contains(candidate.getSource(), text)) {
      return true;
    }
    for (Message message : candidate.getMessages()) {
      if (contains(message.getContent(), text) || contains(message.getExtra(), text)) {
        return true;
      }
    }
    return contains(candidate.getTools(), text)
        || candidate.getMetadata().values().stream().anyMatch(value -> contains(value, text));
  }

  /** Without a copy of the text in lower case, which would take longer than the search. */
  private static boolean contains(String where, String what) {
    char lower = Character.toLowerCase(what.charAt(0));
    char upper = Character.toUpperCase(what.charAt(0));
    for (int i = 0; i <= where.length() - what.length(); i++) {
      char at = where.charAt(i);
      if ((at == lower || at == upper || Character.toLowerCase(at) == lower)
          && where.regionMatches(true, i, what, 0, what.length())) {
        return true;
      }
    }
    return false;
  }
}
