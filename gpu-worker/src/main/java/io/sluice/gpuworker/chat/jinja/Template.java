package io.sluice.gpuworker.chat.jinja;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A template that has been read completely. Immutable, and so usable by any number of threads. */
public final class Template {
  /** Longer templates are refused; the longest of known models has about a tenth. */
  private static final int LONGEST = 1 << 20;

  private final List<Statement> statements;
  private final boolean marksGeneration;
  private final Set<String> variables;

  private Template(StatementParser.Parsed parsed) {
    this.statements = parsed.statements();
    this.marksGeneration = parsed.marksGeneration();
    this.variables = parsed.variables();
  }

  /**
   * Reads a template.
   *
   * @throws TemplateSyntaxException when it is not valid, or has a construct that this engine does
   *     not render exactly
   */
  public static Template parse(String source) throws TemplateSyntaxException {
    if (source.length() > LONGEST) {
      throw new TemplateSyntaxException(1, "it is longer than " + LONGEST + " characters");
    }
    return new Template(StatementParser.parse(source));
  }

  /** Whether a block of the template marks what the model generates. */
  public boolean marksGeneration() {
    return marksGeneration;
  }

  /** The names of the variables and functions that the template's expressions read. */
  public Set<String> variables() {
    return variables;
  }

  /**
   * Renders the template.
   *
   * @param arguments the variables; the order of keys in objects is kept
   * @param now what the function {@code strftime_now} takes for the present time
   * @param work counts what the rendering uses; new for each rendering
   * @throws RenderException when the template raises an error, Python would, or a limit is exceeded
   */
  public Rendered render(Map<String, JsonNode> arguments, LocalDateTime now, Work work) {
    Map<String, Value> variables = new HashMap<>();
    variables.put("strftime_now", Globals.clock(now));
    arguments.forEach((name, json) -> variables.put(name, JsonValues.value(json, work)));
    Output out = Output.outermost(work);
    Frame root = new Frame(Scope.outermost(variables).inner(0), work);
    Statement.runAll(statements, root, out);
    return new Rendered(out.text(), out.generations());
  }

  /**
   * Prepares to render a conversation up to several of its messages.
   *
   * @param arguments the variables apart from {@code messages} and {@code add_generation_prompt}
   * @param messages all messages, which must not be modified later
   * @param now what the function {@code strftime_now} takes for the present time
   */
  public Renderings renderings(
      Map<String, JsonNode> arguments, List<? extends JsonNode> messages, LocalDateTime now) {
    return new Renderings(statements, arguments, messages, now);
  }
}
