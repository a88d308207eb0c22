package io.sluice.streams.audit;

import io.sluice.schemas.SelectedInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;

/**
 * A candidate of which a published subset and the batch rule differ.
 *
 * @param candidateId the candidate
 * @param what what differs, as a phrase for people
 */
public record Difference(String candidateId, String what) {
  /**
   * Compares a published subset with the expected one, record by record and field by field.
   *
   * @param expected by candidate id
   * @param published by candidate id
   * @return the differences, sorted by candidate id; none when both are equal
   */
  public static List<Difference> between(
      Map<String, SelectedInstruction> expected, Map<String, SelectedInstruction> published) {
    List<Difference> differences = new ArrayList<>();
    new TreeMap<>(expected)
        .forEach(
            (id, record) ->
                Optional.ofNullable(published.get(id))
                    .ifPresentOrElse(
                        other -> compare(id, record, other).ifPresent(differences::add),
                        () ->
                            differences.add(
                                new Difference(
                                    id,
                                    "is not published, but the batch rule selects it for budget "
                                        + record.getTier()))));
    new TreeMap<>(published)
        .forEach(
            (id, record) -> {
              if (!expected.containsKey(id)) {
                differences.add(
                    new Difference(
                        id,
                        "is published for budget "
                            + record.getTier()
                            + ", but the batch rule does not select it"));
              }
            });
    return List.copyOf(differences);
  }

  private static Optional<Difference> compare(
      String id, SelectedInstruction expected, SelectedInstruction published) {
    List<String> fields = new ArrayList<>();
    for (Schema.Field field : SelectedInstruction.getClassSchema().getFields()) {
      Object right = expected.get(field.pos());
      Object found = published.get(field.pos());
      if (!right.equals(found)) {
        fields.add(
            right instanceof Number
                ? "%s is %s instead of %s".formatted(field.name(), found, right)
                : field.name() + " differs");
      }
    }
    return fields.isEmpty()
        ? Optional.empty()
        : Optional.of(new Difference(id, String.join(", ", fields)));
  }
}
