package io.sluice.streams.rules;

import io.sluice.schemas.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * What may be recognised of an example in another one: its sequences of n words within a turn, and
 * its prompts. Both are hashes of 64 bits: that two different ones are equal is so unlikely that it
 * is not considered.
 *
 * <p>System turns are left out, since many examples share them. A prompt is what comes before an
 * answer of the assistant: the words of all turns before it.
 */
final class Phrases {
  private static final String SYSTEM = "system";
  private static final String ASSISTANT = "assistant";

  /** Odd, so that multiplying by it loses nothing. */
  private static final long BASE = 0xD1342543DE82EF95L;

  private static final long PROMPT = 0xA0761D6478BD642FL;

  private final List<long[]> turns = new ArrayList<>();
  private final List<Boolean> isAnswer = new ArrayList<>();

  private Phrases() {}

  static Phrases of(List<Message> messages) {
    Phrases phrases = new Phrases();
    for (Message message : messages) {
      if (!message.getRole().equals(SYSTEM)) {
        phrases.turns.add(Words.of(message.getContent()));
        phrases.isAnswer.add(message.getRole().equals(ASSISTANT));
      }
    }
    return phrases;
  }

  /**
   * Whether any sequence of words meets a condition; the first one that does ends the search.
   *
   * @param length the number of words
   */
  boolean anySequence(int length, LongPredicate condition) {
    long highest = 1;
    for (int i = 0; i < length; i++) {
      highest *= BASE;
    }
    for (long[] words : turns) {
      long hash = 0;
      for (int i = 0; i < words.length; i++) {
        hash = hash * BASE + words[i];
        if (i >= length) {
          hash -= highest * words[i - length];
        }
        if (i >= length - 1 && condition.test(Words.mixed(hash))) {
          return true;
        }
      }
    }
    return false;
  }

  /** The prompts of all answers, in order, but empty ones. */
  List<Long> prompts() {
    List<Long> prompts = new ArrayList<>();
    long hash = PROMPT;
    boolean isEmpty = true;
    for (int turn = 0; turn < turns.size(); turn++) {
      if (isAnswer.get(turn) && !isEmpty) {
        prompts.add(Words.mixed(hash));
      }
      for (long word : turns.get(turn)) {
        hash = hash * BASE + word;
        isEmpty = false;
      }
    }
    return prompts;
  }
}
