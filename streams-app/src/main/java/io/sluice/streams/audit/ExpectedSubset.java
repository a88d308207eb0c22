package io.sluice.streams.audit;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.Representation;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.hash.Sha256;
import io.sluice.streams.nominate.ScoredPool;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.rules.CandidateFacts;
import io.sluice.streams.rules.TaskRules;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.BatchOrder;
import io.sluice.streams.selection.Slot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What the batch rule selects from a scored pool, and the records that say so. Not thread-safe. */
public final class ExpectedSubset {
  private final ScoredPool pool;
  private final TargetTask task;
  private final List<Slot<Integer>> order;

  private ExpectedSubset(ScoredPool pool, List<Slot<Integer>> order) {
    this.pool = pool;
    this.task = pool.task();
    this.order = order;
  }

  /** Selects from a pool, by the algorithm and for the largest budget of its task. */
  public static ExpectedSubset of(ScoredPool pool) {
    List<Integer> budgets = pool.task().getBudgets();
    return of(pool, Algorithm.parse(pool.task().getAlgorithm()), budgets.get(budgets.size() - 1));
  }

  /**
   * Selects from a pool what a part of a job's dataset should be, before a budget in tokens
   * applies.
   */
  public static ExpectedSubset of(ScoredPool pool, FrozenSelection frozen) {
    return of(pool, frozen.algorithm(), frozen.mostExamples());
  }

  private static ExpectedSubset of(ScoredPool pool, Algorithm algorithm, int budget) {
    boolean onceEach = pool.task().getRules().getDuplicates() == Duplicates.ONE;
    return new ExpectedSubset(
        pool,
        BatchOrder.select(
            algorithm,
            pool.rows(),
            budget,
            column -> {
              ScoredPool.Member member = pool.members().get(column);
              return onceEach ? member.content() : member.id();
            }));
  }

  /** The members that the algorithm selects, in selection order, before budgets in tokens apply. */
  public List<ScoredPool.Member> members() {
    return order.stream().map(slot -> pool.members().get(slot.id())).toList();
  }

  /**
   * The records that the topic of selected instructions should hold, by candidate id, in selection
   * order.
   *
   * @param representations returns the latest record of each of the {@link #members}
   */
  public Map<String, SelectedInstruction> records(
      Function<ScoredPool.Member, Representation> representations) {
    Map<String, Representation> byId = new HashMap<>();
    List<Slot<String>> slots = new ArrayList<>();
    for (Slot<Integer> slot : order) {
      ScoredPool.Member member = pool.members().get(slot.id());
      byId.put(member.id(), representations.apply(member));
      slots.add(
          new Slot<>(slot.slot(), slot.query(), member.id(), slot.score(), slot.neighbourOf()));
    }
    SubsetSizes sizes = SubsetSizes.of(task, slots, id -> learntTokens(byId.get(id)));
    TaskRules rules = TaskRules.of(task);
    Map<String, SelectedInstruction> records = new LinkedHashMap<>();
    for (int i = 0; i < slots.size(); i++) {
      int column = order.get(i).id();
      Slot<String> slot = slots.get(i);
      sizes
          .tierOf(slot.slot())
          .ifPresent(
              tier ->
                  records.put(slot.id(), record(slot, tier, column, byId.get(slot.id()), rules)));
    }
    return records;
  }

  /**
   * The examples that a part of a job's dataset should hold, in their order.
   *
   * @param frozen the part that this subset was selected for
   * @param representations returns the record of each of the {@link #members}
   */
  public List<DatasetRecord> examples(
      FineTuneJob job,
      FrozenSelection frozen,
      Function<ScoredPool.Member, Representation> representations) {
    List<Slot<String>> slots = new ArrayList<>();
    Map<String, Representation> byId = new HashMap<>();
    for (Slot<Integer> slot : order) {
      ScoredPool.Member member = pool.members().get(slot.id());
      byId.put(member.id(), representations.apply(member));
      slots.add(new Slot<>(slot.slot(), slot.query(), member.id(), slot.score()));
    }
    if (job.getBudgetTokens() > 0) {
      slots =
          SubsetSizes.within(job.getBudgetTokens(), slots, id -> byId.get(id).getLearntTokens());
    }
    return slots.stream().map(slot -> example(job, frozen, slot, byId.get(slot.id()))).toList();
  }

  private DatasetRecord example(
      FineTuneJob job, FrozenSelection frozen, Slot<String> slot, Representation representation) {
    Candidate candidate = representation.getCandidate();
    return DatasetRecord.newBuilder()
        .setJobId(job.getJobId())
        .setTaskId(job.getTaskId())
        .setPart(frozen.part())
        .setArm(frozen.arm())
        .setRank(slot.slot())
        .setCandidateId(candidate.getId())
        .setQuery(task.getQueries().get(slot.query()).getId())
        .setScore(slot.score())
        .setSource(candidate.getSource())
        .setMessages(candidate.getMessages())
        .setTools(candidate.getTools())
        .setMetadata(candidate.getMetadata())
        .build();
  }

  /** The number of candidates in the pool; contents, if these count once. */
  public int poolSize() {
    return pool.members().size();
  }

  private int learntTokens(Representation representation) {
    return task.getBudgetTokens().isEmpty() ? 0 : representation.getLearntTokens();
  }

  private SelectedInstruction record(
      Slot<String> slot, int tier, int column, Representation representation, TaskRules rules) {
    Candidate candidate = representation.getCandidate();
    List<Float> scores = new ArrayList<>(pool.rows().length);
    int best = 0;
    for (int query = 0; query < pool.rows().length; query++) {
      scores.add(pool.rows()[query][column]);
      if (scores.get(query) > scores.get(best)) {
        best = query;
      }
    }
    return SelectedInstruction.newBuilder()
        .setTaskId(task.getTaskId())
        .setRevision(task.getRevision())
        .setCandidateId(candidate.getId())
        .setTier(tier)
        .setScore(scores.get(best))
        .setBestQuery(best)
        .setScores(scores)
        .setSource(candidate.getSource())
        .setMessages(candidate.getMessages())
        .setTools(candidate.getTools())
        .setMetadata(candidate.getMetadata())
        .setContent(pool.members().get(column).content())
        .setLeak(rules.isReportedLeak(new CandidateFacts(representation)))
        .setLearntTokens(learntTokens(representation))
        .setNeighbourOf(slot.neighbourOf())
        .build();
  }

  /**
   * A checksum of the whole pool: SHA-256, in hex, of each member in the order of {@link
   * ScoredPool#members()}: the length of its id in UTF-8 and the id, and then its scores in query
   * order. Numbers are 4 bytes, big-endian.
   */
  public String poolChecksum() {
    Sha256 hash = new Sha256();
    ByteBuffer scores = ByteBuffer.allocate(Float.BYTES * pool.rows().length);
    for (int column = 0; column < pool.members().size(); column++) {
      scores.clear();
      for (float[] row : pool.rows()) {
        scores.putFloat(row[column]);
      }
      hash.add(pool.members().get(column).id()).add(scores.array());
    }
    return hash.hex();
  }

  /**
   * A checksum of a subset, made as the one of a job's dataset: SHA-256, in hex, of the ids in
   * selection order, each followed by a line feed, UTF-8.
   */
  public static String subsetChecksum(Collection<String> ids) {
    Sha256 hash = new Sha256();
    ids.forEach(id -> hash.add((id + "\n").getBytes(StandardCharsets.UTF_8)));
    return hash.hex();
  }
}
