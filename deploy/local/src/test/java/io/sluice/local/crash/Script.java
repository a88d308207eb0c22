package io.sluice.local.crash;

import io.sluice.schemas.Arm;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An endless sequence of steps that depends on the seed only. Candidates arrive, are repeated,
 * changed, retracted and replaced by unreadable records; tasks are created, changed and removed.
 *
 * <p>Ids are drawn from a slowly growing range, so that candidates that are retracted or changed
 * are often selected for some task.
 */
final class Script {
  private static final List<String> TASKS = List.of("t0", "t1", "t2", "t3", "t4");
  private static final int MIN_TASKS = 3;
  private static final List<String> ALGORITHMS =
      List.of("round-robin", "round-robin", "doubly-greedy", "knn-uniform", "random:3");
  private static final List<List<Integer>> BUDGETS =
      List.of(List.of(10), List.of(5, 20), List.of(10, 40), List.of(10, 30, 60));
  private static final int FIRST_CANDIDATES = 150;
  private static final int STEPS_PER_NEW_CANDIDATE = 8;
  private static final int STEPS_PER_FIRST_TASK = 20;
  private static final int STEPS_PER_TASK_CHANGE = 250;

  private final Random random;
  private final Map<String, Integer> versions = new HashMap<>();
  private final Set<String> present = new HashSet<>();
  private final Map<String, TargetTask> tasks = new TreeMap<>();
  private final Map<String, Integer> revisions = new HashMap<>();

  /** Query representations that workers still have to publish or delete. */
  private final Deque<Step> pending = new ArrayDeque<>();

  private long taken;

  Script(long seed) {
    random = new Random(seed);
  }

  /** Returns how many steps were taken so far. */
  long taken() {
    return taken;
  }

  /** Whether there are tasks and all of their queries are represented. */
  boolean isSettled() {
    return !tasks.isEmpty() && pending.isEmpty();
  }

  /** Takes the next step. */
  Step next() {
    taken++;
    boolean few = tasks.size() < MIN_TASKS && pending.isEmpty();
    if (random.nextInt(few ? STEPS_PER_FIRST_TASK : STEPS_PER_TASK_CHANGE) == 0) {
      return changeTask();
    }
    return !pending.isEmpty() && random.nextInt(3) == 0 ? pending.remove() : changeCandidate();
  }

  private Step changeCandidate() {
    int range = FIRST_CANDIDATES + (int) (taken / STEPS_PER_NEW_CANDIDATE);
    String id = "c" + random.nextInt(range);
    int kind = random.nextInt(20);
    if (!present.contains(id)) {
      present.add(id);
      // A retracted candidate returns with its old content or with a new one.
      return new Step.Arrive(id, versions.merge(id, kind < 10 ? 0 : 1, Integer::sum));
    }
    if (kind < 8) {
      return new Step.Arrive(id, versions.get(id));
    }
    if (kind < 14) {
      return new Step.Arrive(id, versions.merge(id, 1, Integer::sum));
    }
    present.remove(id);
    return kind < 19 ? new Step.Retract(id) : new Step.Spoil(id);
  }

  private Step changeTask() {
    String id = TASKS.get(random.nextInt(TASKS.size()));
    if (!tasks.containsKey(id)) {
      return define(id);
    }
    if (tasks.size() > MIN_TASKS && random.nextInt(3) == 0) {
      tasks.remove(id);
      pending.removeIf(step -> isOf(step, id));
      return new Step.Remove(id);
    }
    return define(id);
  }

  private Step define(String id) {
    Optional<TargetTask> replaced = Optional.ofNullable(tasks.get(id));
    int revision = revisions.merge(id, 1, Integer::sum);
    List<Query> queries = new ArrayList<>();
    int size = 2 + random.nextInt(5);
    for (int q = 0; q < size; q++) {
      queries.add(
          Queries.of(
              "q" + q,
              List.of(Messages.of("user", id), Messages.of("assistant", revision + "." + q))));
    }
    String representationId =
        Vectors.REPRESENTATIONS.get(random.nextInt(Vectors.REPRESENTATIONS.size()));
    String algorithm = ALGORITHMS.get(random.nextInt(ALGORITHMS.size()));
    TargetTask task =
        TargetTask.newBuilder()
            .setTaskId(id)
            .setRevision(revision)
            .setRepresentationId(representationId)
            .setAlgorithm(algorithm)
            .setBudgets(BUDGETS.get(random.nextInt(BUDGETS.size())))
            .setMinPoolFactor(3)
            .setCooldown(0)
            .setControls(List.of(Arm.RANDOM))
            .setRandomDraws(algorithm.startsWith("random") ? 1 : 1 + random.nextInt(2))
            .setArms(arms(representationId, algorithm))
            .setQueries(queries)
            .build();
    tasks.put(id, task);
    // A worker that has not finished the previous revision gives it up.
    pending.removeIf(step -> isOf(step, id));
    for (TargetTask represented : withCompanions(task)) {
      for (int q = 0; q < size; q++) {
        pending.add(new Step.Represent(represented, q));
      }
    }
    replaced.stream()
        .flatMap(before -> withCompanions(before).stream())
        .forEach(
            before -> {
              for (int q = 0; q < before.getQueries().size(); q++) {
                pending.add(new Step.Forget(before.getTaskId(), before.getRevision(), q));
              }
            });
    return new Step.Define(task);
  }

  private static List<TargetTask> withCompanions(TargetTask task) {
    return Stream.concat(Stream.of(task), Companions.of(task).stream()).toList();
  }

  /** Half of the tasks have arms: one by the other representation, one by another algorithm. */
  private List<TaskArm> arms(String own, String algorithm) {
    String other =
        Vectors.REPRESENTATIONS.stream().filter(id -> !id.equals(own)).findFirst().orElseThrow();
    return random.nextBoolean()
        ? List.of()
        : List.of(
            new TaskArm("other", other, "round-robin"),
            new TaskArm(
                "algorithm",
                "",
                algorithm.equals("round-robin") ? "doubly-greedy" : "round-robin"));
  }

  private static boolean isOf(Step step, String taskId) {
    return step instanceof Step.Represent represent
            && Companions.taskId(represent.task().getTaskId()).equals(taskId)
        || step instanceof Step.Forget forget && Companions.taskId(forget.taskId()).equals(taskId);
  }
}
