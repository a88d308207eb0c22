package io.sluice.schemas.dataset;

import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Query;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * All examples of a fine-tune job, whole and unchanged: as many as the job says, in the order that
 * its checksums say.
 *
 * @param job the job
 * @param selected what was selected, in selection order
 * @param random the random control, as many; empty when the job has none
 * @param queries the query set, in the order of the task
 * @param heldOut further examples of the task, in its order
 */
public record FrozenDataset(
    FineTuneJob job,
    List<DatasetRecord> selected,
    List<DatasetRecord> random,
    List<Query> queries,
    List<Query> heldOut) {

  /** Copies the lists. */
  public FrozenDataset {
    selected = List.copyOf(selected);
    random = List.copyOf(random);
    queries = List.copyOf(queries);
    heldOut = List.copyOf(heldOut);
  }

  /**
   * Puts the records of a job together.
   *
   * @param records what topic fine-tune-datasets holds under the job's id, in the topic's order
   * @throws IllegalArgumentException when they are not whole or not the ones that the job was fired
   *     with; the message says which part and what is wrong
   */
  public static FrozenDataset of(FineTuneJob job, Collection<DatasetRecord> records) {
    for (DatasetRecord record : records) {
      if (!record.getJobId().equals(job.getJobId())) {
        throw new IllegalArgumentException(
            "job "
                + job.getJobId()
                + ": an example of job "
                + record.getJobId()
                + " among its own");
      }
    }
    boolean controlled = job.getControls().contains(Arm.RANDOM);
    List<DatasetRecord> selected = part(job, records, DatasetPart.SELECTED, job.getExamples());
    List<DatasetRecord> random =
        part(job, records, DatasetPart.RANDOM, controlled ? job.getExamples() : 0);
    List<Query> queries = queries(part(job, records, DatasetPart.QUERIES, job.getQueries()));
    List<Query> heldOut = queries(part(job, records, DatasetPart.HELD_OUT, job.getHeldOut()));
    require(job, DatasetPart.SELECTED, order(selected), job.getDatasetChecksum());
    if (controlled) {
      require(job, DatasetPart.RANDOM, order(random), job.getControlChecksum());
    }
    require(job, DatasetPart.QUERIES, ExampleHashes.ofQueries(queries), job.getQuerySetHash());
    require(job, DatasetPart.HELD_OUT, ExampleHashes.ofQueries(heldOut), job.getHeldOutHash());
    return new FrozenDataset(job, selected, random, queries, heldOut);
  }

  private static List<DatasetRecord> part(
      FineTuneJob job, Collection<DatasetRecord> records, DatasetPart part, int expected) {
    List<DatasetRecord> found = new ArrayList<>();
    for (DatasetRecord record : records) {
      if (record.getPart() == part) {
        if (record.getRank() != found.size()) {
          throw new IllegalArgumentException(
              "job %s, part %s: rank %d where rank %d belongs"
                  .formatted(job.getJobId(), part, record.getRank(), found.size()));
        }
        found.add(record);
      }
    }
    if (found.size() != expected) {
      throw new IllegalArgumentException(
          "job %s, part %s: %d of %d examples are there; they are kept for 90 days"
              .formatted(job.getJobId(), part, found.size(), expected));
    }
    return found;
  }

  private static List<Query> queries(List<DatasetRecord> records) {
    return records.stream()
        .map(record -> new Query(record.getCandidateId(), record.getMessages()))
        .toList();
  }

  private static String order(List<DatasetRecord> records) {
    return ExampleHashes.ofOrder(records.stream().map(DatasetRecord::getCandidateId).toList());
  }

  private static void require(FineTuneJob job, DatasetPart part, String actual, String expected) {
    if (!actual.equals(expected)) {
      throw new IllegalArgumentException(
          "job %s, part %s: the examples have checksum %s, the job says %s"
              .formatted(job.getJobId(), part, actual, expected));
    }
  }
}
