package io.sluice.gpuworker.chat.jinja;

import java.util.List;

/**
 * A text that shares most of its parts with others, and is compared with them in a time that does
 * not depend on the length of these parts. Immutable.
 */
public final class SharedText {
  /**
   * A part of a text.
   *
   * @param from where it begins in the source
   * @param to where it ends in the source
   */
  record Piece(Source source, int from, int to) {
    static Piece own(String text) {
      return new Piece(Source.apart(text), 0, text.length());
    }

    int length() {
      return to - from;
    }

    /** How far the piece, from a position on, is the same as another one from a position on. */
    private int agreement(int position, Piece other, int otherPosition) {
      int length = Math.min(length() - position, other.length() - otherPosition);
      int begin = from + position;
      int same = 0;
      if (begin == other.from + otherPosition) {
        // Of two different sources that both have a part of the whole text, one is the whole text.
        int shared =
            source == other.source
                ? begin + length
                : Math.min(source.agreement(), other.source.agreement());
        same = Math.max(0, Math.min(length, shared - begin));
      }
      while (same < length
          && source.text().charAt(begin + same)
              == other.source.text().charAt(other.from + otherPosition + same)) {
        same++;
      }
      return same;
    }

    private char charAt(int position) {
      return source.text().charAt(from + position);
    }
  }

  private final List<Piece> pieces;
  private final int length;

  SharedText(List<Piece> pieces) {
    this.pieces = pieces.stream().filter(piece -> piece.length() > 0).toList();
    this.length = pieces.stream().mapToInt(Piece::length).sum();
  }

  /** The whole text of a source. */
  static SharedText of(Source source) {
    return new SharedText(List.of(new Piece(source, 0, source.text().length())));
  }

  /** The length in UTF-16 units. */
  public int length() {
    return length;
  }

  /** Whether another text begins with this one. */
  public boolean isBeginningOf(SharedText other) {
    return length <= other.length && agreement(other) == length;
  }

  /** The length of the longest text that both begin with. */
  private int agreement(SharedText other) {
    int agreement = 0;
    int piece = 0;
    int position = 0;
    int otherPiece = 0;
    int otherPosition = 0;
    while (piece < pieces.size() && otherPiece < other.pieces.size()) {
      Piece mine = pieces.get(piece);
      Piece yours = other.pieces.get(otherPiece);
      int length = Math.min(mine.length() - position, yours.length() - otherPosition);
      int same = mine.agreement(position, yours, otherPosition);
      agreement += same;
      if (same < length) {
        return agreement;
      }
      position += same;
      otherPosition += same;
      if (position == mine.length()) {
        piece++;
        position = 0;
      }
      if (otherPosition == yours.length()) {
        otherPiece++;
        otherPosition = 0;
      }
    }
    return agreement;
  }

  /** Whether the text has no half of a character, an unpaired surrogate. */
  public boolean isWellFormed() {
    boolean inside = false;
    for (Piece piece : pieces) {
      int last = piece.length() - 1;
      // Only the ends of a part of a text that is well-formed can be halves of characters.
      int step = piece.source().isWellFormed() ? Math.max(1, last) : 1;
      for (int i = 0; i <= last; i += step) {
        char unit = piece.charAt(i);
        boolean followsUnknown = i > 1 && step > 1;
        if (!followsUnknown && inside != Character.isLowSurrogate(unit)) {
          return false;
        }
        inside = Character.isHighSurrogate(unit);
      }
    }
    return !inside;
  }

  /** The text. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(length);
    pieces.forEach(piece -> text.append(piece.source().text(), piece.from(), piece.to()));
    return text.toString();
  }
}
