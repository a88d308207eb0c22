package io.sluice.gpuworker.chat.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates are foreign text: none may hang, exhaust the memory or the stack, or reach the JVM. */
class HostileTemplateTest {
  private static final Limits SMALL = new Limits(100_000, 1_000_000, 400);

  private static String render(String template) throws TemplateSyntaxException {
    Map<String, JsonNode> variables = Map.of("s", TextNode.valueOf("text"));
    return Template.parse(template)
        .render(variables, LocalDateTime.of(2025, 3, 7, 9, 5, 2), new Work(SMALL))
        .text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ 'x' * 10000000000000000000000 }}",
        "{% set n = namespace(x='x') %}{% for i in range(90) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(90) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(900) %}{% set n.x = [n.x] %}{% endfor %}"
            + "{{ n.x }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(900) %}{% set n.x = [n.x] %}{% endfor %}"
            + "{{ n.x | tojson }}",
        "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(900) %}{% set n.x = [n.x] %}"
            + "{% set n.y = [n.y] %}{% endfor %}{{ n.x == n.y }}",
        "{% set n = namespace(x=1) %}{% set n.x = n %}{{ n }}",
        "{{ 2 ** 100000000 }}",
        "{% set n = namespace(x=3) %}{% for i in range(90) %}{% set n.x = n.x * n.x %}{% endfor %}",
        "{{ range(100001) }}",
        "{{ s.ljust(1000000000) }}",
        "{{ s.zfill(1000000000) }}",
        "{{ ('x' * 900000) | replace('', 'yyyyyyyyyy') }}",
        "{{ ('\\n' * 900000) | indent(1000) }}",
        "{{ range(99999) | list | tojson(indent=1000) }}",
        "{% for i in range(99999) %}{{ ('x' * 90000) | trim }}{% endfor %}",
        "{{ range(99999) | map('string') | join('x' * 900) }}",
        "{{ s.__class__ }}",
        "{{ s['__class__'] }}",
        "{{ s | map(attribute='__class__') | list }}",
        "{{ s.getClass() }}",
        "{{ s.class.forName('java.lang.Runtime') }}",
        "{{ range.__globals__ }}",
        "{{ s.format() }}",
        "{% include 'file' %}",
        "{% import 'file' as f %}",
        "{% extends 'file' %}",
        "{{ lipsum() }}",
        "{{ self }}",
        "{{ '%1000000000d' % 1 }}"
      })
  void givenAHostileTemplate_whenRendered_thenRefused(String template) {
    Exception refusal = assertThrows(Exception.class, () -> render(template));

    assertTrue(
        refusal instanceof RenderException || refusal instanceof TemplateSyntaxException,
        refusal.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(", "[", "{1:", "not ", "-", "1+", "s.a", "s|trim", "1 if ", "s[0]", "s()"})
  void givenAnEndlessExpression_whenLoaded_thenRefused(String repeated) {
    String template = "{{ " + repeated.repeat(10_000) + "1 }}";

    assertThrows(TemplateSyntaxException.class, () -> Template.parse(template));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% if s %}",
        "{% for i in s %}",
        "{% if s %}{% elif s %}",
        "{% macro m() %}",
        "{% set v %}",
        "{% filter trim %}",
        "{% call s() %}",
        "{% raw %}",
        "{#",
        "{{ '",
        "{{ s",
        "{%"
      })
  void givenEndlessBlocks_whenLoaded_thenRefused(String repeated) {
    String template = repeated.repeat(2_000);

    assertThrows(TemplateSyntaxException.class, () -> Template.parse(template));
  }

  @Test
  void givenATemplateOfTwoMegabytes_whenLoaded_thenRefused() {
    assertThrows(TemplateSyntaxException.class, () -> Template.parse("x".repeat(2 << 20)));
  }

  @Test
  void givenContentThatLooksLikeATemplate_whenRendered_thenItStaysAsItIs() throws Exception {
    Map<String, JsonNode> variables = Map.of("s", TextNode.valueOf("{{ 1 + 1 }}{% if x %}{#"));

    String text =
        Template.parse("{{ s }}").render(variables, LocalDateTime.MIN, new Work(SMALL)).text();

    assertEquals("{{ 1 + 1 }}{% if x %}{#", text);
  }

  @Test
  void givenDeeplyNestedData_whenRendered_thenRefused() throws Exception {
    JsonNode nested = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < 5000; i++) {
      nested = JsonNodeFactory.instance.arrayNode().add(nested);
    }
    Map<String, JsonNode> variables = Map.of("s", nested);
    Template template = Template.parse("{{ s }}");

    assertThrows(
        RenderException.class,
        () -> template.render(variables, LocalDateTime.MIN, new Work(SMALL)));
  }

  @Test
  void givenAFailingStatement_whenRendered_thenTheLineOfTheInnermostIsNamed() throws Exception {
    RenderException failure =
        assertThrows(
            RenderException.class,
            () ->
                render("a\n{% for i in [1] %}\n{% if true %}\n{{ i + s }}{% endif %}{% endfor %}"));

    assertEquals(4, failure.line());
    assertEquals("unsupported operand type(s) for +: 'int' and 'str'", failure.getMessage());
  }

  @Test
  void givenAnUnsupportedConstruct_whenLoaded_thenItsLineIsNamed() {
    TemplateSyntaxException failure =
        assertThrows(
            TemplateSyntaxException.class,
            () -> Template.parse("a\r\n{# b\n #}\n{{ s | trim }}\n  {{ s\n | urlize }}"));

    assertEquals(6, failure.line());
    assertEquals("the filter urlize is not supported", failure.getMessage());
  }
}
