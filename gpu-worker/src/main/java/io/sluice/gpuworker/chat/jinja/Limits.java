package io.sluice.gpuworker.chat.jinja;

/**
 * What one rendering may use. Templates come with model folders, so that they are foreign text: the
 * limits keep any of them from occupying a thread or the memory for long.
 *
 * @param steps evaluated expressions and statements, and processed elements and characters (64
 *     characters count as one step)
 * @param characters UTF-16 units of all texts that are built, intermediate ones included
 * @param depth nested evaluations: expressions, statements, calls of macros, and levels of lists
 *     and mappings
 */
public record Limits(long steps, long characters, int depth) {
  /** Far above what a conversation within the size limit of a record needs. */
  public static final Limits DEFAULT = new Limits(10_000_000, 128L << 20, 400);
}
