package io.sluice.local.bundled;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A skill that a model can learn from examples, with a generator of such examples.
 *
 * @param name name of lower-case letters and hyphens, which is the {@code source} of its candidates
 * @param generator generates one example; equal dice give equal examples
 */
record Skill(String name, Function<Dice, Exchange> generator) {
  /** Generated examples, repeats included, after which the skill counts as exhausted. */
  private static final int MAX_DRAWS = 100_000;

  /** Returns all skills. They differ clearly, so that a good selection is easy to recognise. */
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
   * Generates examples with distinct prompts.
   *
   * @param count how many examples to generate
   * @param seed seed of the examples; skills of different names give different examples
   * @throws IllegalStateException when the skill has fewer distinct prompts
   */
  List<Exchange> examples(int count, long seed) {
    Dice dice = new Dice(31 * seed + name.hashCode());
    Set<String> seen = new HashSet<>();
    List<Exchange> examples =
        Stream.generate(() -> generator.apply(dice))
            .limit(MAX_DRAWS)
            .filter(exchange -> seen.add(exchange.prompt()))
            .limit(count)
            .toList();
    if (examples.size() < count) {
      throw new IllegalStateException(
          "skill " + name + " has only " + examples.size() + " distinct examples");
    }
    return examples;
  }
}
