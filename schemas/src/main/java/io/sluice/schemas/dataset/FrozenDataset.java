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
 * The frozen examples of a fine-tune job. An instance from {@link #of} is complete and unchanged:
 * the number of examples and their checksums are those that the job states.
 *
 * @param job the job that the examples belong to
 * @param selected the selected examples, in selection order
 * @param random the examples of the random control, as many as were selected or with as many learnt
 *     tokens; empty when the job does not compare with random examples
 * @param queries the query set, in the order in which the task lists it
 * @param heldOut the task's held-out examples, in the order in which the task lists them
 */
public record FrozenDataset(
    FineTuneJob job,
    List<DatasetRecord> selected,
    List<DatasetRecord> random,
    List<Query> queries,
    List<Query> heldOut) {

  /** Copies the lists, so that the dataset cannot change afterwards. */
  public FrozenDataset {
    selected = List.copyOf(selected);
    random = List.copyOf(random);
    queries = List.copyOf(queries);
    heldOut = List.copyOf(heldOut);
  }

  /**
   * Assembles the dataset of a job and checks it against the job's counts and checksums.
   *
   * @param records the records that topic fine-tune-datasets holds under the job's id, in the
   *     topic's order
   * @throws IllegalArgumentException when records are missing, repeated or out of order, or are not
   *     the ones that the job was fired with; the message names the part and what is wrong with it
   */
  public static FrozenDataset of(FineTuneJob job, Collection<DatasetRecord> records) {
    for (DatasetRecord record : records) {
      if (!record.getJobId().equals(job.getJobId())) {
        throw new IllegalArgumentException(
            "job %s: its records contain an example of job %s"
                .formatted(job.getJobId(), record.getJobId()));
      }
    }
    boolean hasRandomControl = job.getControls().contains(Arm.RANDOM);
    List<DatasetRecord> selected = part(job, records, DatasetPart.SELECTED, job.getExamples());
    List<DatasetRecord> random = part(job, records, DatasetPart.RANDOM, randomExamples(job));
    List<Query> queries = queries(part(job, records, DatasetPart.QUERIES, job.getQueries()));
    List<Query> heldOut = queries(part(job, records, DatasetPart.HELD_OUT, job.getHeldOut()));
    requireChecksum(job, DatasetPart.SELECTED, orderHash(selected), job.getDatasetChecksum());
    if (hasRandomControl) {
      requireChecksum(job, DatasetPart.RANDOM, orderHash(random), job.getControlChecksum());
    }
    requireChecksum(
        job, DatasetPart.QUERIES, ExampleHashes.ofQueries(queries), job.getQuerySetHash());
    requireChecksum(
        job, DatasetPart.HELD_OUT, ExampleHashes.ofQueries(heldOut), job.getHeldOutHash());
    return new FrozenDataset(job, selected, random, queries, heldOut);
  }

  /**
   * The number of examples in the random part of a job's dataset: as many as are selected, unless
   * the job has a budget of tokens; none if the job does not compare with random examples.
   */
  public static int randomExamples(FineTuneJob job) {
    if (!job.getControls().contains(Arm.RANDOM)) {
      return 0;
    }
    return job.getBudgetTokens() > 0 ? job.getRandomExamples() : job.getExamples();
  }

  private static List<DatasetRecord> part(
      FineTuneJob job, Collection<DatasetRecord> records, DatasetPart part, int expected) {
    List<DatasetRecord> found = new ArrayList<>();
    for (DatasetRecord record : records) {
      if (record.getPart() == part) {
        if (record.getRank() != found.size()) {
          throw new IllegalArgumentException(
              "job %s, part %s: found rank %d where rank %d was expected"
                  .formatted(job.getJobId(), part, record.getRank(), found.size()));
        }
        found.add(record);
      }
    }
    if (found.size() != expected) {
      throw new IllegalArgumentException(
          "job %s, part %s: found %d of %d examples; Kafka deletes datasets after 90 days"
              .formatted(job.getJobId(), part, found.size(), expected));
    }
    return found;
  }

  private static List<Query> queries(List<DatasetRecord> records) {
    return records.stream()
        .map(record -> new Query(record.getCandidateId(), record.getMessages(), record.getTools()))
        .toList();
  }

  private static String orderHash(List<DatasetRecord> records) {
    return ExampleHashes.ofOrder(records.stream().map(DatasetRecord::getCandidateId).toList());
  }

  private static void requireChecksum(
      FineTuneJob job, DatasetPart part, String actual, String expected) {
    if (!actual.equals(expected)) {
      throw new IllegalArgumentException(
          "job %s, part %s: the examples have checksum %s, but the job states %s"
              .formatted(job.getJobId(), part, actual, expected));
    }
  }
}
