package io.sluice.streams.select;

import java.util.Map;
import java.util.Optional;

/** Which candidates of a subset a reader wants: those that meet all conditions. Immutable. */
public final class SubsetFilter {
  private final Optional<String> search;
  private final Optional<String> source;
  private final Map<String, String> metadata;

  private SubsetFilter(
      Optional<String> search, Optional<String> source, Map<String, String> metadata) {
    this.search = search;
    this.source = source;
    this.metadata = metadata;
  }

  /**
   * Creates a filter.
   *
   * @param search text that the id, the source, a message, the tools or a value of the metadata
   *     contains, in whichever case; empty for any candidate
   * @param source the source that they have; empty for any
   * @param metadata the metadata that they have
   * @throws IllegalArgumentException when the text to search for contains NUL
   */
  public static SubsetFilter of(
      Optional<String> search, Optional<String> source, Map<String, String> metadata) {
    return new SubsetFilter(search.map(FoldedText::sought), source, Map.copyOf(metadata));
  }

  boolean accepts(CandidateSummary candidate) {
    return source.map(candidate.source()::equals).orElse(true)
        && metadata.entrySet().stream()
            .allMatch(each -> each.getValue().equals(candidate.metadata().get(each.getKey())))
        && search.map(candidate::mentions).orElse(true);
  }
}
