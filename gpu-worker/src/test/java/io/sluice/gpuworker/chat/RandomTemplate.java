package io.sluice.gpuworker.chat;

import java.util.List;
import java.util.Random;

/** Writes templates that look at messages, positions and state in random ways. */
final class RandomTemplate {
  private static final List<String> LISTS =
      List.of(
          "messages", "messages", "messages", "messages[1:]", "messages[:-1]", "messages[::-1]");
  private static final List<String> NUMBERS =
      List.of("loop.index0", "loop.index", "ns.a", "ns.b", "n", "2", "5", "messages | length");
  private static final List<String> OPERATORS = List.of("<", "<=", ">", ">=", "==", "!=");

  private final Random random;

  RandomTemplate(Random random) {
    this.random = random;
  }

  String source() {
    StringBuilder out = new StringBuilder();
    out.append("{% set ns = namespace(a=0, b=").append(pick(List.of("1", "messages|length")));
    out.append(") %}{% set n = ").append(pick(List.of("3", "messages | length - 2"))).append(" %}");
    out.append("{% macro show(m) %}<{{ m.role }}{{ ns.a }}>{% endmacro %}");
    int loops = 1 + random.nextInt(3);
    for (int i = 0; i < loops; i++) {
      out.append("{% for m in ").append(pick(LISTS)).append(" %}");
      int statements = 1 + random.nextInt(4);
      for (int j = 0; j < statements; j++) {
        out.append(statement(2));
      }
      out.append("{% endfor %}");
    }
    return out.append(pick(List.of("{{ ns.a }}", "")))
        .append("{% if add_generation_prompt %}>{% endif %}")
        .toString();
  }

  private String statement(int depth) {
    return switch (random.nextInt(depth > 0 ? 12 : 9)) {
      case 0, 1 -> "{{ m.content }}";
      case 2 -> "{{ show(m) }}";
      case 3 -> "{% set ns.a = " + pick(List.of("ns.a + 1", "loop.index0", "ns.b")) + " %}";
      case 4 -> "{% set ns.b = " + pick(List.of("ns.b - 1", "loop.index", "ns.a")) + " %}";
      case 5 -> "{{ " + pick(NUMBERS) + " }}";
      case 6 -> "{{ messages[loop.index0 + 1].role if messages[loop.index0 + 1] }}";
      case 7 -> "{% set n = loop.index %}";
      case 8 -> "{{ 'L' if loop.last }}";
      default ->
          "{% if "
              + condition()
              + " %}"
              + statement(depth - 1)
              + "{% else %}"
              + statement(depth - 1)
              + "{% endif %}";
    };
  }

  private String condition() {
    return switch (random.nextInt(6)) {
      case 0 -> "m.role == 'user'";
      case 1 -> "loop.last";
      case 2 -> "add_generation_prompt";
      default -> "(" + pick(NUMBERS) + ") " + pick(OPERATORS) + " (" + pick(NUMBERS) + ")";
    };
  }

  private String pick(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
