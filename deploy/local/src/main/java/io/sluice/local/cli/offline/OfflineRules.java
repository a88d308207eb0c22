package io.sluice.local.cli.offline;

import io.sluice.gpuworker.representation.Representer;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.Duplicates;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Representation;
import io.sluice.schemas.file.ExampleLine;
import io.sluice.schemas.file.TaskFile;
import io.sluice.streams.rules.CandidateFacts;
import io.sluice.streams.rules.TaskRules;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rules of the task whose queries a command has read from a file. */
final class OfflineRules {
  private final Optional<TaskRules> rules;

  private OfflineRules(Optional<TaskRules> rules) {
    this.rules = rules;
  }

  /**
   * The rules that come with a query set; none if it is not that of a task.
   *
   * @param file the file of the queries, for the message
   * @throws IllegalArgumentException when the queries are those of several tasks, and one of these
   *     has rules, or when contents are to count once: a matrix has a column for each candidate
   */
  static OfflineRules of(List<ExampleLine> queries, Path file) {
    Set<TaskFile> tasks = new HashSet<>();
    queries.forEach(line -> task(line).ifPresent(tasks::add));
    if (tasks.size() > 1 && tasks.stream().map(OfflineRules::rules).anyMatch(r -> !r.isEmpty())) {
      throw new IllegalArgumentException(
          file + " holds several tasks, of which at least one has rules: give one task at a time");
    }
    if (tasks.stream().anyMatch(task -> task.rules().getDuplicates() == Duplicates.ONE)) {
      throw new IllegalArgumentException(
          file
              + ": its rule \"duplicates\": \"one\" cannot be applied to a matrix of scores, in which"
              + " each candidate has a column: remove duplicates from the candidates, and the rule"
              + " from the file");
    }
    return new OfflineRules(tasks.stream().findFirst().map(OfflineRules::rules));
  }

  private static TaskRules rules(TaskFile task) {
    return TaskRules.of(task.toTargetTask(1));
  }

  private static Optional<TaskFile> task(ExampleLine line) {
    return line.match(
        candidate -> Optional.empty(),
        query -> Optional.of(query.task()),
        text -> Optional.empty(),
        invalid -> Optional.empty());
  }

  /** The reason why the rules leave a candidate out; empty when it is eligible. */
  Optional<String> reasonAgainst(ExampleLine line, Representer.Represented represented) {
    return rules.flatMap(
        some ->
            candidate(line)
                .flatMap(candidate -> some.reasonAgainst(facts(candidate, represented))));
  }

  /** Whether a candidate is to be reported because it shares text with the task. */
  boolean isReportedLeak(ExampleLine line, Representer.Represented represented) {
    return rules
        .flatMap(
            some ->
                candidate(line)
                    .filter(candidate -> some.isReportedLeak(facts(candidate, represented))))
        .isPresent();
  }

  private static Optional<Candidate> candidate(ExampleLine line) {
    return line.match(
        of -> Optional.of(of.candidate()),
        query -> Optional.empty(),
        text -> Optional.empty(),
        invalid -> Optional.empty());
  }

  /** The facts on which rules depend, in the form in which a worker publishes them. */
  private static CandidateFacts facts(Candidate candidate, Representer.Represented represented) {
    return new CandidateFacts(
        Representation.newBuilder()
            .setRepresentationId("")
            .setFingerprint("")
            .setEncoding(FeatureEncoding.FLOAT32)
            .setDimension(0)
            .setCheckpoints(0)
            .setFeatures(ByteBuffer.allocate(0))
            .setTokens(represented.tokens())
            .setUncutTokens(represented.uncutTokens())
            .setTokensHash(represented.tokensHash())
            .setCandidate(candidate)
            .build());
  }
}
