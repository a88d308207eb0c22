package io.sluice.local.bundled;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level byte-pair encoding (Sennrich, Haddow and Birch, ACL 2016; the byte alphabet
 * and the splitting into words are those of GPT-2, Radford et al. 2019).
 *
 * <p>The result is deterministic: the most frequent pair is joined first, and of equally frequent
 * pairs the one whose characters come first.
 */
final class BytePairs {
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final List<Word> words = new ArrayList<>();
  private final Map<Pair, Integer> counts = new HashMap<>();

  /** For each pair, the words that currently contain it. */
  private final Map<Pair, Set<Word>> places = new HashMap<>();

  /** Two pieces that follow each other in a word. */
  record Pair(String left, String right) {
    String joined() {
      return left + right;
    }
  }

  /**
   * A distinct word.
   *
   * @param pieces the pieces that the word currently consists of; joining changes the list
   * @param count how often the word occurs
   */
  private record Word(List<String> pieces, int count) {
    // Equality is identity because the pieces change while sets hold the word.
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  private BytePairs(List<String> texts) {
    Map<String, Integer> distinct = new TreeMap<>();
    for (String text : texts) {
      for (Matcher matcher = WORD.matcher(text); matcher.find(); ) {
        distinct.merge(matcher.group(), 1, Integer::sum);
      }
    }
    distinct.forEach((word, count) -> words.add(new Word(characters(word), count)));
  }

  /**
   * Learns which pairs to join, in order.
   *
   * @param texts the texts to learn from
   * @param limit how many pairs to learn at most; learning ends early when no pair occurs twice
   */
  static List<Pair> learn(List<String> texts, int limit) {
    BytePairs state = new BytePairs(texts);
    state.words.forEach(word -> state.countPairs(word, 1));
    List<Pair> learnt = new ArrayList<>();
    while (learnt.size() < limit) {
      Pair best = state.mostFrequent();
      if (state.counts.getOrDefault(best, 0) < 2) {
        break;
      }
      learnt.add(best);
      List.copyOf(state.places.get(best)).forEach(word -> state.join(word, best));
    }
    return learnt;
  }

  /** Returns the 256 characters that stand for the bytes 0 to 255, in this order. */
  static List<String> alphabet() {
    List<String> alphabet = new ArrayList<>();
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean visible = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xff && b != 0xad;
      alphabet.add(String.valueOf((char) (visible ? b : next++)));
    }
    return alphabet;
  }

  private static List<String> characters(String word) {
    List<String> alphabet = alphabet();
    List<String> characters = new ArrayList<>();
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      characters.add(alphabet.get(b & 0xff));
    }
    return characters;
  }

  private Pair mostFrequent() {
    return counts.entrySet().stream()
        .max(
            Map.Entry.<Pair, Integer>comparingByValue()
                .thenComparing(
                    Map.Entry.comparingByKey(
                        Comparator.comparing(Pair::left).thenComparing(Pair::right).reversed())))
        .map(Map.Entry::getKey)
        .orElse(new Pair("", ""));
  }

  private void join(Word word, Pair pair) {
    countPairs(word, -1);
    List<String> pieces = word.pieces;
    for (int i = 0; i + 1 < pieces.size(); i++) {
      if (pieces.get(i).equals(pair.left) && pieces.get(i + 1).equals(pair.right)) {
        pieces.set(i, pair.joined());
        pieces.remove(i + 1);
      }
    }
    countPairs(word, 1);
  }

  /** Adds the pairs of a word to counts and places (sign 1) or removes them (sign -1). */
  private void countPairs(Word word, int sign) {
    for (int i = 0; i + 1 < word.pieces.size(); i++) {
      Pair pair = new Pair(word.pieces.get(i), word.pieces.get(i + 1));
      Set<Word> at = places.computeIfAbsent(pair, key -> new HashSet<>());
      if (sign > 0) {
        at.add(word);
      } else {
        at.remove(word);
      }
      if (counts.merge(pair, sign * word.count, Integer::sum) == 0) {
        counts.remove(pair);
      }
    }
  }
}
