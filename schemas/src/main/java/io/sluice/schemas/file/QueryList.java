package io.sluice.schemas.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.schemas.Query;
import io.sluice.schemas.form.Example;
import io.sluice.schemas.form.FormOptions;
import io.sluice.schemas.form.FormReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the lists of examples of a task: its queries, and its held-out examples. */
final class QueryList {
  private static final FormReader FORMS = new FormReader(FormOptions.DEFAULT);

  private QueryList() {}

  /**
   * Returns the value of a field with a list of queries, or empty when it is absent. A query
   * without an id gets its index, from 0.
   *
   * @throws IllegalArgumentException when an example cannot be used; the message names it
   */
  static Optional<List<Query>> of(JsonNode object, String name) {
    return JsonReading.list(object, name)
        .map(
            list -> {
              List<Query> queries = new ArrayList<>(list.size());
              for (JsonNode query : list) {
                queries.add(query(query, name, queries.size()));
              }
              return queries;
            });
  }

  private static Query query(JsonNode object, String name, int index) {
    try {
      Example query = FORMS.read(object);
      return new Query(query.id().orElse(Integer.toString(index)), query.messages(), query.tools());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + " " + (index + 1) + ": " + e.getMessage(), e);
    }
  }
}
