package io.sluice.local.bundled;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.TaskFile;
import io.sluice.schemas.validation.TargetTaskRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledDataTest {
  @TempDir Path dir;

  @Test
  void givenTheData_whenWritten_thenEveryLineIsValidAndReadsBackEqual() throws IOException {
    BundledData.Written written = BundledData.write(dir);
    List<Candidate> read = new ArrayList<>();
    try (CandidateFile file = CandidateFile.open(written.candidates())) {
      file.forEachRemaining(
          line -> {
            assertThat(line).isInstanceOf(CandidateLine.Valid.class);
            read.add(((CandidateLine.Valid) line).candidate());
          });
    }
    assertThat(read).isEqualTo(BundledData.make().candidates());
  }

  @Test
  void givenTheData_whenWritten_thenItHasThreeValidTasksOfEightToSixteenQueries()
      throws IOException {
    List<Path> files = BundledData.write(dir).tasks();
    assertThat(files).hasSize(3);
    for (Path file : files) {
      TaskFile task = TaskFile.read(file);
      assertThat(task.queries()).hasSizeBetween(8, 16);
      assertThat(TargetTaskRules.problems(task.withBudgets(List.of(50)).toTargetTask(1))).isEmpty();
      assertThat(file).hasFileName("target-" + task.task() + ".json");
    }
  }

  @Test
  void givenTheData_whenCounted_thenTwelveSkillsHaveEqualSharesWithoutDuplicates() {
    List<Candidate> candidates = BundledData.make().candidates();
    Map<String, Long> shares =
        candidates.stream()
            .collect(Collectors.groupingBy(Candidate::getSource, Collectors.counting()));
    assertThat(shares).hasSize(12).allSatisfy((skill, count) -> assertThat(count).isEqualTo(250));
    assertThat(candidates).extracting(Candidate::getId).doesNotHaveDuplicates();
    assertThat(candidates).extracting(Candidate::getMessages).doesNotHaveDuplicates();
    assertThat(candidates)
        .allSatisfy(c -> assertThat(c.getId()).matches(c.getSource() + "-\\d{5}"));
  }

  @Test
  void givenTheQueries_whenComparedWithTheCandidates_thenTheyShareNoPrompts() {
    BundledData data = BundledData.make();
    Set<Message> prompts = new HashSet<>();
    data.candidates().forEach(candidate -> prompts.add(candidate.getMessages().get(0)));
    data.tasks()
        .values()
        .forEach(
            queries ->
                assertThat(queries)
                    .extracting(Query::getMessages)
                    .noneMatch(messages -> prompts.contains(messages.get(0))));
  }

  @Test
  void givenTheCandidates_whenTheFirstTenthIsTaken_thenItHasEverySkill() {
    List<Candidate> first = BundledData.make().candidates().subList(0, 300);
    assertThat(first.stream().map(Candidate::getSource).distinct()).hasSize(12);
  }

  @Test
  void givenTheData_whenWrittenTwice_thenTheFilesAreEqual() throws IOException {
    BundledData.Written one = BundledData.write(dir.resolve("one"));
    BundledData.Written two = BundledData.write(dir.resolve("two"));
    assertThat(two.candidates()).hasSameBinaryContentAs(one.candidates());
    for (int i = 0; i < one.tasks().size(); i++) {
      assertThat(two.tasks().get(i)).hasSameBinaryContentAs(one.tasks().get(i));
    }
  }

  @Test
  void givenKnownQuestions_whenTheirAnswersAreLookedUp_thenTheyAreRight() {
    Map<String, String> answers =
        BundledData.make().candidates().stream()
            .collect(
                Collectors.toMap(
                    c -> c.getSource() + ": " + c.getMessages().get(0).getContent(),
                    c -> c.getMessages().get(1).getContent()));
    assertThat(answers)
        .containsEntry(
            "dates: On which day of the week fell 15 June 2010?", "The calendar shows a Tuesday.")
        .containsEntry("roman-numerals: Write 623 as a Roman numeral.", "Roman numeral: DCXXIII")
        .containsEntry(
            "unit-conversion: Express 86 litres in millilitres.",
            "One litre equals 1000 millilitres, so 86 litres equal 86000 millilitres.")
        .containsEntry(
            "reversal: Write backwards: \"saddle velvet\"", "Backwards it reads \"tevlev elddas\"");
  }
}
