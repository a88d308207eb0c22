package io.sluice.local.bundled;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Something that can be learnt from examples, and how to make examples of it.
 *
 * @param name lower case letters and hyphens; the {@code source} of its candidates
 * @param maker makes one example; the same dice, the same example
 */
record Skill(String name, Function<Dice, Exchange> maker) {
  /** Draws before a skill is taken to have no more examples than it gave. */
  private static final int PATIENCE = 100_000;

  /** All skills, each plainly different from the others. */
  static List<Skill> all() {
    return List.of(
        new Skill("arithmetic", NumberSkills::arithmetic),
        new Skill("capitals", KnowledgeSkills::capitals),
        new Skill("dates", NumberSkills::dates),
        new Skill("json", FormalSkills::json),
        new Skill("python", FormalSkills::python),
        new Skill("reversal", WordSkills::reversal),
        new Skill("roman-numerals", NumberSkills::romanNumerals),
        new Skill("sentiment", WordSkills::sentiment),
        new Skill("spelling", WordSkills::spelling),
        new Skill("translation", KnowledgeSkills::translation),
        new Skill("unit-conversion", NumberSkills::unitConversion),
        new Skill("word-sorting", WordSkills::wordSorting));
  }

  /**
   * Examples with no prompt twice.
   *
   * @param count how many
   * @param seed together with the name, decides all of them
   * @throws IllegalStateException when the skill has fewer
   */
  List<Exchange> examples(int count, long seed) {
    Dice dice = new Dice(31 * seed + name.hashCode());
    Set<String> seen = new HashSet<>();
    List<Exchange> examples =
        Stream.generate(() -> maker.apply(dice))
            .limit(PATIENCE)
            .filter(exchange -> seen.add(exchange.prompt()))
            .limit(count)
            .toList();
    if (examples.size() < count) {
      throw new IllegalStateException(name + " has only " + examples.size() + " examples");
    }
    return examples;
  }
}
