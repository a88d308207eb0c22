package io.sluice.streams.audit;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.SelectedInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

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

  /**
   * Compares the frozen examples of one part of a job's dataset with the expected ones, slot by
   * slot and field by field. Metadata may have changed while the content stayed, and is not
   * compared.
   *
   * @return the differences, in the order of the slots; none when both are equal
   */
  public static List<Difference> ofExamples(
      List<DatasetRecord> expected, List<DatasetRecord> frozen) {
    List<Difference> differences = new ArrayList<>();
    for (int slot = 0; slot < Math.max(expected.size(), frozen.size()); slot++) {
      if (slot >= expected.size()) {
        differences.add(
            new Difference(
                frozen.get(slot).getCandidateId(),
                "is in slot %d of part %s, but the batch rule selects %d examples only"
                    .formatted(slot, part(frozen.get(slot)), expected.size())));
        continue;
      }
      DatasetRecord right = expected.get(slot);
      if (slot >= frozen.size()) {
        differences.add(
            new Difference(
                right.getCandidateId(),
                "is missing in slot %d of part %s".formatted(slot, part(right))));
      } else if (!right.getCandidateId().equals(frozen.get(slot).getCandidateId())) {
        differences.add(
            new Difference(
                frozen.get(slot).getCandidateId(),
                "is in slot %d of part %s, where the batch rule has '%s'"
                    .formatted(slot, part(right), right.getCandidateId())));
      } else {
        compare(right.getCandidateId(), right, frozen.get(slot)).ifPresent(differences::add);
      }
    }
    return List.copyOf(differences);
  }

  private static String part(DatasetRecord example) {
    return example.getArm().isEmpty()
        ? example.getPart().toString()
        : example.getPart() + " " + example.getArm();
  }

  private static Optional<Difference> compare(
      String id, SpecificRecord expected, SpecificRecord published) {
    List<String> fields = new ArrayList<>();
    for (Schema.Field field : expected.getSchema().getFields()) {
      Object right = expected.get(field.pos());
      Object found = published.get(field.pos());
      boolean counts = !(expected instanceof DatasetRecord && field.name().equals("metadata"));
      if (counts && !right.equals(found)) {
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
