package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.chat.ChatTemplate;
import io.sluice.gpuworker.chat.ChatTemplates;
import io.sluice.gpuworker.chat.jinja.TemplateSyntaxException;
import io.sluice.gpuworker.model.Tokens;
import java.util.Map;

/**
 * The published form of conversations as a chat template, for trainers that take text from one.
 * What the form learns of a conversation is marked by {@code {% generation %}}: the answers, and
 * the markers of those that follow no prompt.
 *
 * <p>It has the begin and end tokens of one model written out, because trainers add no tokens to
 * the text of a template. Turns of weight 0 are learnt like any other.
 */
public final class ReferenceTemplate {
  private static final String TEMPLATE =
      """
      {{- BEGIN -}}
      {%- for message in messages -%}
        {%- set text = message['content'].strip() -%}
        {%- set last = loop.last and not add_generation_prompt -%}
        {%- if message['role'] == 'assistant' -%}
          {%- set prompted = not loop.first and messages[loop.index0 - 1]['role'] != 'assistant' -%}
          {%- set marker = '<|assistant|>\\n' -%}
          {{- marker if prompted else '' -}}
          {%- generation -%}
            {{- ('' if prompted else marker) + text + END + ('' if last else '\\n') -}}
          {%- endgeneration -%}
        {%- elif message['role'] in ['system', 'user'] -%}
          {{- '<|' + message['role'] + '|>' -}}
          {{- '' if last and not text else '\\n' + text -}}
          {{- '' if last else '\\n' -}}
        {%- else -%}
          {{- raise_exception('This template has no place for the role ' + message['role']) -}}
        {%- endif -%}
      {%- endfor -%}
      {%- if add_generation_prompt -%}
        {{- '<|assistant|>\\n' -}}
      {%- endif -%}
      """;

  private ReferenceTemplate() {}

  /** Returns the template for a model. */
  public static String source(Tokens tokens) {
    return TEMPLATE
        .replace("BEGIN", quoted(tokens.beginText()))
        .replace("END", quoted(tokens.endToken()));
  }

  /**
   * Returns an encoder of conversations that uses the template, as a trainer would.
   *
   * @param tokens the model's tokenizer, which truncates texts to {@code maxLength}
   * @param maxLength the maximum number of tokens
   */
  public static ExampleEncoder encoder(Tokens tokens, int maxLength) {
    String source = source(tokens);
    try {
      ChatTemplate template =
          new ChatTemplate(source, Map.of(), TextForm.DEFAULT_DATE.atStartOfDay());
      return new ChatEncoder(
          ChatTemplates.of(template, source),
          TextForm.DEFAULT_DATE,
          tokens,
          QueryMode.PROMPT_AND_RESPONSE,
          maxLength);
    } catch (TemplateSyntaxException e) {
      throw new IllegalStateException("the template of the published form is not valid", e);
    }
  }

  private static String quoted(String token) {
    return "'" + token.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
  }
}
