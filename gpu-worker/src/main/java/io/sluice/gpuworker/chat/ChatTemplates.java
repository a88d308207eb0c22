package io.sluice.gpuworker.chat;

import io.sluice.schemas.hash.Sha256;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The chat templates of a model: most have one, some have another for conversations with tools.
 * Immutable and thread-safe.
 */
public final class ChatTemplates {
  private static final String DEFAULT = "default";
  private static final String TOOLS = "tool_use";

  private final ChatTemplate plain;
  private final ChatTemplate withTools;
  private final String hash;

  /**
   * Selects among named templates as transformers does: {@code tool_use} for conversations with
   * tools if there is one, {@code default} otherwise.
   *
   * @param named must contain {@code default}
   * @param sources the text of each template, and of whatever else determines the text form
   */
  ChatTemplates(Map<String, ChatTemplate> named, Map<String, String> sources) {
    this.plain = named.get(DEFAULT);
    this.withTools = named.getOrDefault(TOOLS, plain);
    this.hash = hash(new TreeMap<>(sources));
  }

  /** A single template that is not a model's own. */
  public static ChatTemplates of(ChatTemplate template, String source) {
    return new ChatTemplates(Map.of(DEFAULT, template), Map.of(DEFAULT, source));
  }

  private static String hash(SortedMap<String, String> sources) {
    Sha256 hash = new Sha256();
    sources.forEach((name, source) -> hash.add(name).add(source));
    return hash.hex();
  }

  /** The template for a conversation. */
  public ChatTemplate of(Conversation conversation) {
    return conversation.tools().isPresent() ? withTools : plain;
  }

  /** Renders a conversation and finds what is learnt of it. */
  public LearntText learn(Conversation conversation) {
    return of(conversation).learn(conversation);
  }

  /**
   * Renders a conversation that ends with an answer of the assistant, and finds the answer in the
   * text; earlier answers are not learnt.
   */
  public LearntText learnLast(Conversation conversation) {
    return of(conversation).learnLast(conversation);
  }

  /**
   * Renders a conversation without its last message, and without what makes the model answer.
   *
   * @param conversation has at least one message
   */
  public Rendering beforeLast(Conversation conversation) {
    return of(conversation).render(conversation.upTo(conversation.messages().size() - 1), false);
  }

  /** Whether a template asks for the present time, so that the date is part of the text form. */
  public boolean askForDate() {
    return plain.asksForDate() || withTools.asksForDate();
  }

  /**
   * A SHA-256 hash, in hexadecimal digits, of the templates that are used and of the special tokens
   * that they are given. It does not cover the date.
   */
  public String hash() {
    return hash;
  }
}
