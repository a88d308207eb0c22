package io.sluice.streams.api;

import io.javalin.http.Context;
import io.sluice.streams.select.SubsetFilter;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The parameters of a request that say which candidates of a subset are wanted. */
final class FilterParameters {
  private static final String META = "meta.";
  private static final int LONGEST_SEARCH = 200;
  private static final int LONGEST_VALUE = 1024;

  private FilterParameters() {}

  /** Whether a parameter belongs to a filter. */
  static boolean include(String name) {
    return name.equals("search")
        || name.equals("source")
        || (name.startsWith(META) && name.length() > META.length());
  }

  /**
   * The filter of a request; empty when it has none.
   *
   * @throws ApiException when a parameter is given twice, is too long or cannot be sought
   */
  static Optional<SubsetFilter> of(Context request) {
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
    if (search.isEmpty() && source.isEmpty() && metadata.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(SubsetFilter.of(search, source, metadata));
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest(e.getMessage());
    }
  }
}
