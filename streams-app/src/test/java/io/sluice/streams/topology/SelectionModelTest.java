package io.sluice.streams.topology;

import io.sluice.schemas.Arm;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Condition;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.Leaks;
import io.sluice.schemas.Representation;
import io.sluice.schemas.Rules;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.streams.Examples;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/**
 * After any history of events, delivered in any order, the published records equal the batch
 * selection once all events have been processed.
 */
class SelectionModelTest {
  private static final List<String> REPRESENTATIONS = List.of("default", "other");

  @Property(tries = 400)
  void givenAnyHistory_whenItIsProcessed_thenTheBatchSelectionIsPublished(
      @ForAll @IntRange(min = 1, max = 8) int shards, @ForAll("histories") List<Event> history) {
    SelectionModel model = new SelectionModel(shards);
    for (Event event : history) {
      event.apply(model);
    }
    model.settle();
    model.check();
  }

  /**
   * An event of a history. There are few candidates, tasks and contents, so that events interact.
   */
  sealed interface Event {
    void apply(SelectionModel model);

    /**
     * A candidate is represented: for the first time, again, or with other content or metadata.
     *
     * @param facts chooses what is not content: metadata and the number of tokens
     */
    record Arrive(int candidate, int content, int facts, int representation) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.arrive(represented(candidate, content, facts, representation));
      }
    }

    /** Many candidates are represented, so that a shard needs several slices to score them. */
    record ArriveMany(int from) implements Event {
      @Override
      public void apply(SelectionModel model) {
        for (int c = from; c < from + 50; c++) {
          model.arrive(represented(c, 0, c % 5, 0));
        }
      }
    }

    record Retract(int candidate, int representation) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.retract(REPRESENTATIONS.get(representation), "c" + candidate);
      }
    }

    record Spoil(int candidate, int representation) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.spoil(REPRESENTATIONS.get(representation), "c" + candidate);
      }
    }

    /**
     * A task or a new revision is defined; its queries are represented at once, or not by this
     * event.
     */
    record Define(
        int task,
        int representation,
        int queries,
        int budget,
        String algorithm,
        Eligible eligible,
        Compared compared,
        boolean represented)
        implements Event {
      @Override
      public void apply(SelectionModel model) {
        String taskId = "task-" + task;
        int revision = model.nextRevision(taskId);
        model.define(
            TargetTask.newBuilder(Examples.task(taskId, revision, queries, budget, budget + 3))
                .setRepresentationId(REPRESENTATIONS.get(representation))
                .setAlgorithm(algorithm)
                .setRules(eligible.rules())
                .setBudgetTokens(eligible.budgetTokens())
                .setControls(compared.draws() > 0 ? List.of(Arm.NONE, Arm.RANDOM) : List.of())
                .setRandomDraws(algorithm.startsWith("random") ? 1 : Math.max(1, compared.draws()))
                .setArms(compared.arms())
                .setCooldown(0)
                .build());
        if (represented) {
          for (int q = 0; q < queries; q++) {
            new Represent(task, q, revision).apply(model);
            if (compared.represented()) {
              new RepresentForArms(task, q, revision).apply(model);
            }
          }
        }
      }
    }

    record Represent(int task, int query, int seed) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.represent("task-" + task, "", query, Examples.vector(new Random(31L * seed + query)));
      }
    }

    /**
     * The workers of all representations that arms of the task use represent one of its queries.
     */
    record RepresentForArms(int task, int query, int seed) implements Event {
      @Override
      public void apply(SelectionModel model) {
        for (String representation : REPRESENTATIONS) {
          float[] vector = Examples.vector(new Random(17L * seed + query));
          model.represent("task-" + task, representation, query, vector);
        }
      }
    }

    record Remove(int task) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.remove("task-" + task);
      }
    }

    record Deliver(int records) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.deliver(records);
      }
    }

    record Tick(int shard) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.tick(shard);
      }
    }

    record TickSelect() implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.tickSelect();
      }
    }

    record RestartShard(int shard) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.restartShard(shard);
      }
    }

    record CompactShard(int shard) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.compact(shard);
      }
    }

    record EndJob(int which, boolean succeeded) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.endJob(which, succeeded ? FineTuneState.FINISHED : FineTuneState.FAILED);
      }
    }

    record CancelJob(int which) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.cancelJob(which);
      }
    }

    record FireJob(int task, int budget) implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.fireJob("task-" + task, budget);
      }
    }

    record RestartSelect() implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.restartSelect();
      }
    }

    record Settle() implements Event {
      @Override
      public void apply(SelectionModel model) {
        model.settle();
        model.check();
      }
    }

    private static Representation represented(
        int candidate, int content, int facts, int representation) {
      String id = "c" + candidate;
      Candidate what =
          Candidate.newBuilder(
                  Candidates.of(
                      id,
                      content == 2 ? "" : "test",
                      List.of(
                          Messages.of("user", content == 1 ? "tell" : "ask"),
                          Messages.of("assistant", "says " + content))))
              .setMetadata(facts == 0 ? Map.of() : Map.of("grade", facts == 4 ? "A" : "" + facts))
              .build();
      // Every other candidate is a copy of all others of its kind that have the same content.
      int original = candidate % 2 == 0 ? candidate : 1;
      float[] vector =
          Examples.vector(new Random(1000L * original + 10L * content + representation));
      return Representation.newBuilder(Examples.representation(id, vector))
          .setRepresentationId(REPRESENTATIONS.get(representation))
          .setCandidate(what)
          .setUncutTokens(10 * facts)
          .setLearntTokens(facts == 0 ? 0 : 1 + (original + content) % 3)
          .setTokensHash(
              ByteBuffer.wrap(
                  facts == 0 ? new byte[0] : new byte[] {(byte) original, (byte) content}))
          .build();
    }
  }

  /**
   * What the jobs of a task compare with.
   *
   * @param draws number of random subsets
   * @param arms further arms
   * @param represented whether the workers of other representations represent its queries at once
   */
  record Compared(int draws, List<TaskArm> arms, boolean represented) {}

  private static Arbitrary<Compared> compared() {
    List<List<TaskArm>> arms =
        List.of(
            List.of(),
            List.of(),
            List.of(arm("best", "", "doubly-greedy"), arm("chance", "", "random:7")),
            List.of(arm("rds", "other", "round-robin")),
            List.of(
                arm("rds", "other", "doubly-greedy"),
                arm("near", "default", "knn-uniform"),
                arm("lots", "other", "random:9")));
    return Combinators.combine(
            Arbitraries.integers().between(0, 3),
            Arbitraries.of(arms),
            Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(true)), Tuple.of(1, Arbitraries.just(false))))
        .as(Compared::new);
  }

  private static TaskArm arm(String name, String representationId, String algorithm) {
    return new TaskArm(name, representationId, algorithm);
  }

  /** The rules of a task, and its budgets in tokens. */
  record Eligible(Rules rules, List<Long> budgetTokens) {}

  private static Arbitrary<List<Long>> budgetTokens() {
    return Arbitraries.<List<Long>>of(List.of(), List.of(), List.of(4L, 9L), List.of(1L, 30L));
  }

  private static Arbitrary<Rules> rules() {
    Condition.Builder grade = Condition.newBuilder().setField("metadata.grade");
    List<Condition> conditions =
        List.of(
            Condition.newBuilder(grade).setIn(List.of("1", "A")).build(),
            Condition.newBuilder(grade).setNotIn(List.of("1")).setMissing(true).build(),
            Condition.newBuilder(grade).setLeast(List.of(2.0)).setMost(List.of(2.5)).build(),
            Condition.newBuilder(grade).setMissing(true).build(),
            Condition.newBuilder().setField("source").build());
    Arbitrary<Rules> some =
        Combinators.combine(
                Arbitraries.of(conditions).set().ofMaxSize(2),
                Arbitraries.of(0, 0, 20),
                Arbitraries.of(0, 0, 30),
                Arbitraries.of(Duplicates.values()),
                Arbitraries.of(Leaks.values()))
            .as(
                (where, least, most, duplicates, leaks) ->
                    Rules.newBuilder()
                        .setWhere(List.copyOf(where))
                        .setMinTokens(least)
                        .setMaxTokens(most)
                        .setDuplicates(duplicates)
                        .setLeaks(leaks)
                        .build());
    return Arbitraries.frequencyOf(
        Tuple.of(1, Arbitraries.just(Rules.newBuilder().build())), Tuple.of(2, some));
  }

  @Provide
  Arbitrary<List<Event>> histories() {
    Arbitrary<Integer> candidate = Arbitraries.integers().between(0, 25);
    Arbitrary<Integer> representation = Arbitraries.integers().between(0, 1);
    Arbitrary<Integer> task = Arbitraries.integers().between(0, 2);
    Arbitrary<Integer> shard = Arbitraries.integers().between(0, 7);
    Arbitrary<Integer> queries = Arbitraries.integers().between(1, 4);
    Arbitrary<Event> arrive =
        Combinators.combine(
                candidate,
                Arbitraries.integers().between(0, 2),
                Arbitraries.integers().between(0, 4),
                representation)
            .as(Event.Arrive::new);
    Arbitrary<Event> retract =
        Combinators.combine(candidate, representation).as(Event.Retract::new);
    Arbitrary<Event> spoil = Combinators.combine(candidate, representation).as(Event.Spoil::new);
    Arbitrary<Event> define =
        Combinators.combine(
                task,
                representation,
                queries,
                Arbitraries.integers().between(1, 6),
                Arbitraries.of(
                    "round-robin", "round-robin", "doubly-greedy", "knn-uniform", "random:3"),
                Combinators.combine(rules(), budgetTokens()).as(Eligible::new),
                compared(),
                Arbitraries.frequencyOf(
                    Tuple.of(4, Arbitraries.just(true)), Tuple.of(1, Arbitraries.just(false))))
            .as(Event.Define::new);
    Arbitrary<Event> represent =
        Combinators.combine(task, Arbitraries.integers().between(0, 3), shard)
            .as(Event.Represent::new);
    Arbitrary<Event> representForArms =
        Combinators.combine(task, Arbitraries.integers().between(0, 3), shard)
            .as(Event.RepresentForArms::new);
    Arbitrary<Integer> job = Arbitraries.integers().between(0, 5);
    Arbitrary<Event> endJob =
        Combinators.combine(job, Arbitraries.of(true, false)).as(Event.EndJob::new);
    Arbitrary<Event> fireJob =
        Combinators.combine(task, Arbitraries.integers().between(1, 9)).as(Event.FireJob::new);
    return Arbitraries.frequencyOf(
            Tuple.of(30, arrive),
            Tuple.of(8, retract),
            Tuple.of(2, spoil),
            Tuple.of(5, define),
            Tuple.of(3, represent),
            Tuple.of(2, representForArms),
            Tuple.of(1, task.map(Event.Remove::new)),
            Tuple.of(1, Arbitraries.integers().between(0, 60).map(Event.ArriveMany::new)),
            Tuple.of(12, Arbitraries.integers().between(1, 12).map(Event.Deliver::new)),
            Tuple.of(5, shard.map(Event.Tick::new)),
            Tuple.of(4, Arbitraries.create(Event.TickSelect::new)),
            Tuple.of(3, shard.map(Event.RestartShard::new)),
            Tuple.of(3, shard.map(Event.CompactShard::new)),
            Tuple.of(2, Arbitraries.create(Event.RestartSelect::new)),
            Tuple.of(2, endJob),
            Tuple.of(1, job.map(Event.CancelJob::new)),
            Tuple.of(1, fireJob),
            Tuple.of(5, Arbitraries.create(Event.Settle::new)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(120);
  }
}
