package io.sluice.local.bundled;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Skills about words and letters: sorting, spelling, reversal and sentiment. */
final class WordSkills {
  private static final List<String> WORDS =
      List.of(
          "anchor",
          "basket",
          "candle",
          "dragon",
          "engine",
          "falcon",
          "garden",
          "hammer",
          "island",
          "jacket",
          "kettle",
          "ladder",
          "magnet",
          "needle",
          "orange",
          "pepper",
          "quiver",
          "rocket",
          "saddle",
          "tunnel",
          "umbrella",
          "velvet",
          "window",
          "yogurt",
          "zebra",
          "bridge",
          "castle",
          "desert",
          "forest",
          "guitar",
          "harbor",
          "insect",
          "jungle",
          "kitten",
          "lantern",
          "meadow",
          "napkin",
          "oyster",
          "planet",
          "rabbit",
          "silver",
          "timber",
          "village",
          "walnut",
          "thunder",
          "blanket",
          "captain",
          "diamond",
          "feather",
          "giraffe",
          "horizon",
          "journey",
          "kingdom",
          "library",
          "monster",
          "octopus",
          "penguin",
          "rainbow",
          "sparrow",
          "teacher",
          "vinegar",
          "whisper",
          "bicycle",
          "chimney",
          "dolphin",
          "furnace",
          "gravity",
          "helmet",
          "iceberg",
          "mustard",
          "pumpkin",
          "scarf",
          "trumpet",
          "violin",
          "wagon",
          "cabbage",
          "marble",
          "ribbon",
          "puzzle",
          "shadow");
  private static final List<String> SUBJECTS =
      List.of(
          "film",
          "hotel",
          "restaurant",
          "novel",
          "concert",
          "phone",
          "course",
          "museum",
          "flight",
          "podcast");
  private static final List<String> PRAISE =
      List.of("wonderful", "delightful", "superb", "charming", "excellent", "brilliant");
  private static final List<String> PRAISE_MORE =
      List.of(
          "I would gladly come back",
          "everyone loved it",
          "it was worth every cent",
          "I recommend it to all my friends");
  private static final List<String> BLAME =
      List.of("awful", "boring", "dreadful", "disappointing", "horrible", "terrible");
  private static final List<String> BLAME_MORE =
      List.of(
          "I want my money back",
          "nobody enjoyed it",
          "it was a waste of time",
          "I would warn all my friends");

  private WordSkills() {}

  static Exchange wordSorting(Dice dice) {
    List<String> words = dice.sample(WORDS, dice.between(3, 5));
    String list = String.join(", ", words);
    return new Exchange(
        dice.pick(
            "Sort these words alphabetically: " + list,
            "Put into alphabetical order: " + list,
            "Arrange from A to Z: " + list),
        "Alphabetical order: " + words.stream().sorted().collect(Collectors.joining(" < ")));
  }

  static Exchange spelling(Dice dice) {
    String word = dice.pick(WORDS);
    String apart = String.join("-", word.toUpperCase(Locale.ROOT).split(""));
    if (dice.between(0, 2) == 0) {
      return new Exchange(
          dice.pick("Spell the word ", "Spell out letter by letter: ") + word,
          "It is spelt " + apart);
    }
    List<String> letters =
        new ArrayList<>(dice.shuffled(List.of(word.toUpperCase(Locale.ROOT).split(""))));
    return new Exchange(
        "Unscramble the letters " + String.join("-", letters) + " into a word.",
        "It is spelt " + apart + ", " + word);
  }

  static Exchange reversal(Dice dice) {
    String text = String.join(" ", dice.sample(WORDS, dice.between(1, 2)));
    return new Exchange(
        dice.pick("Reverse the string \"", "Write backwards: \"", "Mirror this text: \"")
            + text
            + "\"",
        "Backwards it reads \"" + new StringBuilder(text).reverse() + "\"");
  }

  static Exchange sentiment(Dice dice) {
    boolean good = dice.between(0, 1) == 1;
    String subject = dice.pick(SUBJECTS);
    String review =
        "The "
            + subject
            + " was "
            + dice.pick(good ? PRAISE : BLAME)
            + " and "
            + dice.pick(good ? PRAISE_MORE : BLAME_MORE)
            + ".";
    return new Exchange(
        dice.pick(
            "Is this review positive or negative? " + review,
            "Classify the sentiment of the review: " + review,
            "Review: " + review + " Did the reviewer like it?"),
        good
            ? "Sentiment: positive, the reviewer liked the " + subject + "."
            : "Sentiment: negative, the reviewer disliked the " + subject + ".");
  }
}
