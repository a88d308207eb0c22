package io.sluice.schemas.validation;

import io.sluice.schemas.Arm;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.arm.FurtherArm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules for the arms that a target task names, and for the number of its random subsets. */
final class ArmRules {
  private static final int MAX_ARMS = 16;
  private static final int MAX_DRAWS = 16;

  /** Folders are named after arms, also where upper and lower case do not differ. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,39}");

  private static final Set<String> RESERVED = Set.of("none", "selected", "random");

  private ArmRules() {}

  /**
   * Checks arms (at most 16, of different names, each with another pair of algorithm and
   * representation, which is not the task's own pair) and randomDraws (1 to 16; more than one needs
   * the control RANDOM and an algorithm that is not itself random).
   *
   * @return the problems, in words for people; empty when there are none
   */
  static List<String> problems(TargetTask task) {
    List<String> problems = new ArrayList<>();
    if (task.getArms().size() > MAX_ARMS) {
      problems.add("the task has " + task.getArms().size() + " arms: use at most " + MAX_ARMS);
    }
    Set<String> names = new HashSet<>();
    Map<String, String> taken = new HashMap<>();
    taken.put(
        selection(task.getRepresentationId(), task.getAlgorithm()), "the task's own selection");
    if (task.getControls().contains(Arm.RANDOM)) {
      for (int draw = 0; draw < Math.min(task.getRandomDraws(), MAX_DRAWS); draw++) {
        taken.putIfAbsent(
            selection(task.getRepresentationId(), "random:" + draw), "the random control");
      }
    }
    for (TaskArm arm : task.getArms()) {
      String name = "arm '" + ForeignText.name(arm.getName()) + "': ";
      armProblems(arm).forEach(problem -> problems.add(name + problem));
      if (!names.add(arm.getName())) {
        problems.add(name + "another arm has the same name");
      }
      String same =
          taken.putIfAbsent(
              selection(FurtherArm.representationId(task, arm), arm.getAlgorithm()),
              "arm '" + ForeignText.name(arm.getName()) + "'");
      if (same != null) {
        problems.add(
            name + "it selects the same as " + same + ": give another algorithm or representation");
      }
    }
    drawProblems(problems, task);
    return List.copyOf(problems);
  }

  private static List<String> armProblems(TaskArm arm) {
    List<String> problems = new ArrayList<>();
    if (!NAME.matcher(arm.getName()).matches()) {
      problems.add(
          "use a name of 1 to 40 characters of a-z 0-9 . _ -, the first a letter or digit");
    }
    if (RESERVED.contains(arm.getName()) || arm.getName().startsWith("random-")) {
      problems.add("this name means an arm that every task has: use another one");
    }
    if (!arm.getRepresentationId().isEmpty()) {
      problems.addAll(TargetTaskRules.representationIdProblems(arm.getRepresentationId()));
    }
    problems.addAll(TargetTaskRules.algorithmProblems(arm.getAlgorithm()));
    return problems;
  }

  private static void drawProblems(List<String> problems, TargetTask task) {
    int draws = task.getRandomDraws();
    if (draws < 1 || draws > MAX_DRAWS) {
      problems.add("the number of random draws is " + draws + ": use 1 to " + MAX_DRAWS);
    } else if (draws > 1) {
      if (!task.getControls().contains(Arm.RANDOM)) {
        problems.add(
            "there are " + draws + " random draws, but random is not among the controls: add it");
      }
      if (isRandom(task.getAlgorithm())) {
        problems.add(
            "the task's own algorithm is random, so it has no random control: use 1 random draw");
      }
    }
  }

  /** What is selected, equal for equal selections: {@code random} means {@code random:0}. */
  private static String selection(String representationId, String algorithm) {
    return representationId + " " + (algorithm.equals("random") ? "random:0" : algorithm);
  }

  private static boolean isRandom(String algorithm) {
    return algorithm.equals("random") || algorithm.startsWith("random:");
  }
}
