package io.sluice.schemas.validation;

import io.sluice.schemas.Condition;
import io.sluice.schemas.Rules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rules for those fields of a target task that say which candidates are eligible. */
public final class EligibilityRules {
  /** The field of a condition that stands for a candidate's source. */
  public static final String SOURCE = "source";

  /** What the field of a condition begins with that stands for an entry of the metadata. */
  public static final String METADATA = "metadata.";

  private static final int MAX_CONDITIONS = 100;
  private static final int MAX_VALUES = 10_000;
  private static final int MAX_LEAK_WORDS = 1000;

  private EligibilityRules() {}

  /**
   * Checks the rules: at most 100 conditions, each on another field, which is {@code source} or
   * {@code metadata.NAME}; values that the field can have; finite numbers; ranges that are not
   * empty.
   *
   * @return the problems, in words for people; empty when there are none
   */
  public static List<String> problems(Rules rules) {
    List<String> problems = new ArrayList<>();
    List<Condition> where = rules.getWhere();
    if (where.size() > MAX_CONDITIONS) {
      problems.add(
          "where has " + where.size() + " conditions: use at most " + MAX_CONDITIONS + " fields");
    }
    Set<String> fields = new HashSet<>();
    for (Condition condition : where) {
      String name = "where: '" + ForeignText.name(condition.getField()) + "'";
      if (!fields.add(condition.getField())) {
        problems.add(name + " is given twice: give all that must hold for a field at once");
      }
      conditionProblems(condition).forEach(problem -> problems.add(name + problem));
    }
    lengthProblems(problems, rules);
    if (rules.getLeakWords() < 1 || rules.getLeakWords() > MAX_LEAK_WORDS) {
      problems.add(
          "leak_words is " + rules.getLeakWords() + ": use 1 to " + MAX_LEAK_WORDS + " words");
    }
    return List.copyOf(problems);
  }

  private static void lengthProblems(List<String> problems, Rules rules) {
    int least = rules.getMinTokens();
    int most = rules.getMaxTokens();
    if (least < 0 || most < 0) {
      problems.add(
          "min_tokens is "
              + least
              + " and max_tokens is "
              + most
              + ": use 1 or more, or leave them out for no limit");
    } else if (most > 0 && least > most) {
      problems.add(
          "min_tokens is " + least + " and max_tokens is " + most + ": nothing can be between");
    }
  }

  private static List<String> conditionProblems(Condition condition) {
    List<String> problems = new ArrayList<>();
    if (!isField(condition.getField())) {
      problems.add(" is an unknown field: use source or metadata.NAME");
    }
    if (condition.getIn().size() > MAX_VALUES || condition.getNotIn().size() > MAX_VALUES) {
      problems.add(" has too many values: use at most " + MAX_VALUES);
    }
    if (!Stream.concat(condition.getIn().stream(), condition.getNotIn().stream())
        .allMatch(MetadataRules::isValue)) {
      problems.add(" is compared with a text that is too long or is not Unicode");
    }
    if (condition.getLeast().size() > 1 || condition.getMost().size() > 1) {
      problems.add(" has several limits of the same kind: use one");
    }
    double least = condition.getLeast().stream().findFirst().orElse(-Double.MAX_VALUE);
    double most = condition.getMost().stream().findFirst().orElse(Double.MAX_VALUE);
    if (!Double.isFinite(least) || !Double.isFinite(most)) {
      problems.add(" is compared with a number that is not finite");
    } else if (least > most) {
      problems.add(" has the range " + least + " to " + most + ", in which there is no number");
    }
    return problems;
  }

  private static boolean isField(String field) {
    return field.equals(SOURCE)
        || field.startsWith(METADATA) && MetadataRules.isName(field.substring(METADATA.length()));
  }
}
