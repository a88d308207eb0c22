package io.sluice.schemas.dataset;

import io.sluice.schemas.Arm;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.Query;
import io.sluice.schemas.arm.ArmName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
 * @param arms the examples of the job's further arms, by name, in the order in which the job lists
 *     the arms
 */
public record FrozenDataset(
    FineTuneJob job,
    List<DatasetRecord> selected,
    List<DatasetRecord> random,
    List<Query> queries,
    List<Query> heldOut,
    Map<String, List<DatasetRecord>> arms) {

  /** Copies the collections, so that the dataset cannot change afterwards. */
  public FrozenDataset {
    selected = List.copyOf(selected);
    random = List.copyOf(random);
    queries = List.copyOf(queries);
    heldOut = List.copyOf(heldOut);
    Map<String, List<DatasetRecord>> copy = new LinkedHashMap<>();
    arms.forEach((name, examples) -> copy.put(name, List.copyOf(examples)));
    arms = Collections.unmodifiableMap(copy);
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
    Map<Part, List<DatasetRecord>> parts =
        records.stream()
            .collect(
                Collectors.groupingBy(
                    Part::of, LinkedHashMap::new, Collectors.toCollection(ArrayList::new)));
    Map<String, List<DatasetRecord>> arms = new LinkedHashMap<>();
    for (JobArm arm : job.getArms()) {
      Part part = new Part(DatasetPart.ARM, arm.getName());
      List<DatasetRecord> examples = take(job, parts, part, arm.getExamples());
      requireChecksum(job, part, orderHash(examples), arm.getChecksum());
      arms.put(arm.getName(), examples);
    }
    List<DatasetRecord> selected = take(job, parts, Part.SELECTED, job.getExamples());
    List<DatasetRecord> random = take(job, parts, Part.RANDOM, randomExamples(job));
    List<Query> queries = queries(take(job, parts, Part.QUERIES, job.getQueries()));
    List<Query> heldOut = queries(take(job, parts, Part.HELD_OUT, job.getHeldOut()));
    requireChecksum(job, Part.SELECTED, orderHash(selected), job.getDatasetChecksum());
    if (hasRandomControl) {
      requireChecksum(job, Part.RANDOM, orderHash(random), job.getControlChecksum());
    }
    requireChecksum(job, Part.QUERIES, ExampleHashes.ofQueries(queries), job.getQuerySetHash());
    requireChecksum(job, Part.HELD_OUT, ExampleHashes.ofQueries(heldOut), job.getHeldOutHash());
    if (!parts.isEmpty()) {
      throw new IllegalArgumentException(
          "job %s, part %s: the job does not have this part"
              .formatted(job.getJobId(), parts.keySet().iterator().next()));
    }
    return new FrozenDataset(job, selected, random, queries, heldOut, arms);
  }

  /**
   * The examples of an arm of the job.
   *
   * @param arm an arm that trains, so not {@link ArmName#NONE}
   * @throws IllegalArgumentException when the job has no such arm
   */
  public List<DatasetRecord> of(ArmName arm) {
    if (arm.equals(ArmName.SELECTED)) {
      return selected;
    }
    if (arm.equals(ArmName.RANDOM)) {
      return random;
    }
    List<DatasetRecord> examples = arms.get(arm.name());
    if (examples == null) {
      throw new IllegalArgumentException(
          "job %s has no arm '%s' with examples".formatted(job.getJobId(), arm.label()));
    }
    return examples;
  }

  /** The ids of the candidates that at least one arm trains on; a new, modifiable set. */
  public Set<String> candidates() {
    Set<String> ids = new LinkedHashSet<>();
    Stream.concat(Stream.of(selected, random), arms.values().stream())
        .flatMap(List::stream)
        .forEach(example -> ids.add(example.getCandidateId()));
    return ids;
  }

  /**
   * A part of a dataset.
   *
   * @param part the part
   * @param arm the name of a further arm; empty for the other parts
   */
  private record Part(DatasetPart part, String arm) {
    static final Part SELECTED = new Part(DatasetPart.SELECTED, "");
    static final Part RANDOM = new Part(DatasetPart.RANDOM, "");
    static final Part QUERIES = new Part(DatasetPart.QUERIES, "");
    static final Part HELD_OUT = new Part(DatasetPart.HELD_OUT, "");

    static Part of(DatasetRecord record) {
      return new Part(record.getPart(), record.getArm());
    }

    @Override
    public String toString() {
      return arm.isEmpty() ? part.toString() : part + " " + arm;
    }
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

  /** The number of records of a job's dataset, over all parts. */
  public static long records(FineTuneJob job) {
    long ofArms = job.getArms().stream().mapToLong(JobArm::getExamples).sum();
    return (long) job.getExamples()
        + randomExamples(job)
        + ofArms
        + job.getQueries()
        + job.getHeldOut();
  }

  /** Removes a part and returns its examples, whose ranks and number must be as expected. */
  private static List<DatasetRecord> take(
      FineTuneJob job, Map<Part, List<DatasetRecord>> parts, Part part, int expected) {
    List<DatasetRecord> found = Optional.ofNullable(parts.remove(part)).orElse(List.of());
    for (int rank = 0; rank < found.size(); rank++) {
      if (found.get(rank).getRank() != rank) {
        throw new IllegalArgumentException(
            "job %s, part %s: found rank %d where rank %d was expected"
                .formatted(job.getJobId(), part, found.get(rank).getRank(), rank));
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

  private static void requireChecksum(FineTuneJob job, Part part, String actual, String expected) {
    if (!actual.equals(expected)) {
      throw new IllegalArgumentException(
          "job %s, part %s: the examples have checksum %s, but the job states %s"
              .formatted(job.getJobId(), part, actual, expected));
    }
  }
}
