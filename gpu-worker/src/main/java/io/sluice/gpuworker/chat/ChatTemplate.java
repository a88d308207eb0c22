package io.sluice.gpuworker.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.sluice.gpuworker.chat.jinja.Limits;
import io.sluice.gpuworker.chat.jinja.RenderException;
import io.sluice.gpuworker.chat.jinja.Rendered;
import io.sluice.gpuworker.chat.jinja.Template;
import io.sluice.gpuworker.chat.jinja.TemplateSyntaxException;
import io.sluice.gpuworker.chat.jinja.Work;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model's chat template, which turns conversations into text exactly as Hugging Face's
 * transformers does. Immutable and thread-safe; does not read files.
 */
public final class ChatTemplate {
  /** All renderings that find the answers of one conversation may use as much as so many. */
  private static final int RENDERINGS = 10;

  /** The variables that the parts of the conversation themselves become. */
  private static final Set<String> RESERVED = Set.of("messages", "tools", "add_generation_prompt");

  private final Template template;
  private final Map<String, String> specialTokens;
  private final LocalDateTime date;

  /**
   * Reads a template.
   *
   * @param source the Jinja template
   * @param specialTokens texts of special tokens by the names that templates use, such as {@code
   *     bos_token}; a token that is not given is undefined in the template
   * @param date what a template gets that asks for the present time: fixed, so that an example has
   *     the same text on every day
   * @throws TemplateSyntaxException when the template is not valid, or cannot be rendered exactly
   */
  public ChatTemplate(String source, Map<String, String> specialTokens, LocalDateTime date)
      throws TemplateSyntaxException {
    this.template = Template.parse(source);
    this.specialTokens = Map.copyOf(specialTokens);
    this.date = date;
  }

  /** Whether the template itself marks what the model generates, by {@code {% generation %}}. */
  public boolean marksGeneration() {
    return template.marksGeneration();
  }

  /** Whether the template asks for the present time, so that the date is part of the text. */
  public boolean asksForDate() {
    return template.variables().contains("strftime_now");
  }

  /** The names of the variables and functions that the template reads. */
  Set<String> variables() {
    return template.variables();
  }

  /**
   * Renders a conversation.
   *
   * @param generationPrompt whether the text ends with what makes the model answer
   */
  public Rendering render(Conversation conversation, boolean generationPrompt) {
    return render(conversation, generationPrompt, new StepBudget(Limits.DEFAULT, 1));
  }

  private Rendering render(Conversation conversation, boolean generationPrompt, StepBudget budget) {
    Optional<Rendering.Refused> reserved = reserved(conversation);
    if (reserved.isPresent()) {
      return reserved.get();
    }
    Map<String, JsonNode> variables = variables(conversation);
    variables.put("messages", array(conversation));
    variables.put("add_generation_prompt", BooleanNode.valueOf(generationPrompt));
    Work work = budget.next();
    try {
      Rendered rendered = template.render(variables, date, work);
      return isWellFormed(rendered.text())
          ? new Rendering.Complete(rendered.text(), rendered.generations())
          : Rendering.Refused.halfCharacter();
    } catch (RenderException e) {
      return Rendering.Refused.of(e);
    } finally {
      budget.used(work);
    }
  }

  /** The refusal of arguments that have the name of a part of the conversation. */
  private static Optional<Rendering.Refused> reserved(Conversation conversation) {
    return conversation.arguments().keySet().stream()
        .filter(RESERVED::contains)
        .findFirst()
        .map(name -> name + " cannot be an extra argument of the chat template")
        .map(message -> new Rendering.Refused(message, message));
  }

  /** The variables of the template, except those that differ between renderings. */
  private Map<String, JsonNode> variables(Conversation conversation) {
    Map<String, JsonNode> variables = new HashMap<>();
    variables.put("documents", NullNode.getInstance());
    specialTokens.forEach((name, token) -> variables.put(name, TextNode.valueOf(token)));
    variables.putAll(conversation.arguments());
    variables.put(
        "tools", conversation.tools().<JsonNode>map(tools -> tools).orElse(NullNode.getInstance()));
    return variables;
  }

  private static boolean isWellFormed(String text) {
    return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
  }

  private static JsonNode array(Conversation conversation) {
    return JsonNodeFactory.instance.arrayNode().addAll(conversation.messages());
  }

  /**
   * Renders a conversation and finds what is learnt of it: what the template marks, or otherwise
   * what {@link TurnPrefixes} finds.
   */
  public LearntText learn(Conversation conversation) {
    if (conversation.messages().isEmpty()) {
      return new LearntText.Refused("it has no messages");
    }
    Optional<Rendering.Refused> reserved = reserved(conversation);
    if (reserved.isPresent()) {
      return new LearntText.Refused(reserved.get().reason());
    }
    StepBudget budget = new StepBudget(Limits.DEFAULT, RENDERINGS);
    if (!marksGeneration()) {
      return turns(conversation, budget).all();
    }
    Rendering rendering = render(conversation, false, budget);
    return rendering instanceof Rendering.Complete complete
        ? MarkedParts.of(conversation, complete)
        : new LearntText.Refused(((Rendering.Refused) rendering).reason());
  }

  /**
   * Renders a conversation that ends with an answer of the assistant, and finds the answer in the
   * text, as {@link #learn} does. Earlier answers are not learnt.
   */
  public LearntText learnLast(Conversation conversation) {
    int last = conversation.messages().size() - 1;
    if (last < 0 || !conversation.isAssistant(last)) {
      return new LearntText.Refused("the last message must be the assistant's answer");
    }
    Optional<Rendering.Refused> reserved = reserved(conversation);
    if (reserved.isPresent()) {
      return new LearntText.Refused(reserved.get().reason());
    }
    StepBudget budget = new StepBudget(Limits.DEFAULT, RENDERINGS);
    if (!marksGeneration()) {
      return turns(conversation, budget).last();
    }
    Rendering rendering = render(conversation, false, budget);
    return rendering instanceof Rendering.Complete complete
        ? MarkedParts.last(conversation, complete, render(conversation.upTo(last), false, budget))
        : new LearntText.Refused(((Rendering.Refused) rendering).reason());
  }

  /** What is learnt of a conversation by its prompts, whether the template has marks or not. */
  TurnPrefixes turns(Conversation conversation, StepBudget budget) {
    return new TurnPrefixes(conversation, beginnings(conversation, budget));
  }

  /** The conversation up to each of its messages. */
  Beginnings beginnings(Conversation conversation, StepBudget budget) {
    return new Beginnings(
        template.renderings(variables(conversation), conversation.messages(), date), budget);
  }
}
