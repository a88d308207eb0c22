package io.sluice.gpuworker.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.chat.jinja.Limits;
import io.sluice.gpuworker.chat.jinja.SharedText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is learnt of conversations of any length equals what rendering each part for itself gives,
 * and takes a number of steps that is proportional to the number of turns.
 */
class TurnPrefixesTest {
  private static final LocalDateTime DATE = LocalDateTime.of(2025, 3, 7, 9, 5, 2);
  private static final Path GOLDEN = Path.of("src/test/resources/chat/golden/own_dev");

  /** A search backwards for the last question, on which the text of each answer depends. */
  private static final String LAST_QUESTION =
      "{%- set ns = namespace(open=true, last=messages|length - 1) %}"
          + "{%- for m in messages[::-1] %}{%- set i = (messages|length - 1) - loop.index0 %}"
          + "{%- if ns.open and m.role == 'user' %}{%- set ns.open = false %}"
          + "{%- set ns.last = i %}{%- endif %}{%- endfor %}"
          + "{%- for m in messages %}{{- '[' + m.role + ']' }}"
          + "{%- if m.role == 'assistant' and loop.index0 > ns.last and m.thought %}"
          + "{{- '<' + m.thought + '>' }}{%- endif %}{{- m.content }}{%- endfor %}"
          + "{%- if add_generation_prompt %}{{- '[assistant]' }}{%- endif %}";

  /** Templates that take a number of steps proportional to the turns. */
  static List<String> linear() {
    return List.of(
        turns("{{ m.content }}"),
        turns("{{ m.content }}{% if loop.last %}END{% endif %}"),
        turns("{{ m.content }}{% if not loop.last %},{{ loop.nextitem.role }}{% endif %}"),
        turns("{{ loop.index }}{{ loop.previtem.role if not loop.first }}{{ m.content }}"),
        turns(
            "{% if loop.first or m.role != messages[loop.index0 - 1].role %}x{% endif %}"
                + "{{ m.content }}"),
        turns(
            "{{ m.content }}{% if loop.last or messages[loop.index0 + 1].role != 'tool' %};{% endif %}"),
        "{% macro turn(m) %}[{{ m.role }}]{{ m.content }}{{ head }}{% endmacro %}{% set head = 'h' %}"
            + turns("{{ turn(m) }}"),
        "{% if messages[0].role == 'system' %}{% set first = messages[0].content %}"
            + "{% set rest = messages[1:] %}{% else %}{% set first = '' %}{% set rest = messages %}"
            + "{% endif %}{{ first }}"
            + turns("{{ m.content }}").replace("in messages", "in rest"),
        "{% set ns = namespace(users=0, last=none, tool=false) %}"
            + turns(
                "{% if m.role == 'user' %}{% set ns.users = ns.users + 1 %}{% endif %}{{ ns.users }}"
                    + "{% set ns.last = m.content %}{{ ns.last }}"),
        "{% set ns = namespace(last=-1) %}{% for m in messages %}{% if m.role == 'user' %}"
            + "{% set ns.last = loop.index0 %}{% endif %}{% endfor %}"
            + turns("{{ m.content if loop.index0 <= ns.last else m.content ~ '!' }}"),
        "{% for m in messages %}{% if (m.role == 'system') != (loop.index0 == 0) and m.role =="
            + " 'system' %}{{ raise_exception('late') }}{% endif %}{% endfor %}"
            + turns("{{ m.content }}"),
        LAST_QUESTION);
  }

  /** Templates in which something else happens in most turns. */
  static List<String> others() {
    return List.of(
        "{{ messages | length }}" + turns("{{ m.content }}"),
        turns("{{ m.content }}{{ messages | length }}"),
        turns("{{ m.content }}{{ loop.length }}{{ loop.revindex0 }}"),
        turns("{% if m == messages[-1] %}*{% endif %}{{ m.content }}"),
        turns("{{ m.content }}").replace("in messages", "in messages[:-1]"),
        turns("{{ m.content }}").replace("in messages", "in messages[1:-1]"),
        turns("{{ m.content }}").replace("in messages", "in messages[::2]"),
        turns("{{ m.content }}").replace("in messages", "in messages[-3:]"),
        turns("{{ m.content }}").replace("in messages", "in messages if m.role != 'system'"),
        turns("{{ m.content }}{% if loop.index0 == 3 %}{% break %}{% endif %}"),
        turns("{% if loop.index0 % 3 == 1 %}{% continue %}{% endif %}{{ m.content }}"),
        turns("{% for o in messages %}{{ o.role[:1] }}{% endfor %}{{ m.content }}"),
        turns("{% for o in messages %}{{ o.role[:1] }}{% break %}{% endfor %}{{ m.content }}"),
        turns("{{ 'P' if add_generation_prompt }}{{ m.content }}"),
        turns("{{ m.content }}{% if loop.changed(m.role) %}~{% endif %}"),
        turns("{{ loop.cycle('a', 'b') }}{{ m.content }}"),
        "{% set g = messages | map(attribute='role') %}"
            + turns("{{ m.content }}{% if loop.index0 == 2 %}{{ g | list }}{% endif %}"),
        "{% set users = messages | selectattr('role', 'equalto', 'user') | list %}"
            + turns("{{ '+' if m == users[-1] }}{{ m.content }}"),
        "{% set last = messages | length - 1 %}"
            + turns(
                "{{ '+' if loop.index0 == last }}{{ '-' if last < loop.index }}{{ m.content }}"),
        "{% set n = messages | length %}" + turns("{{ n }}{{ m.content }}"),
        "{% set ns = namespace(all=[]) %}"
            + turns("{% set ns.all = ns.all + [m.role] %}{{ ns.all | length }}{{ m.content }}"),
        "{% set ns = namespace(rest=messages) %}"
            + turns("{% set ns.rest = ns.rest[1:] %}{{ ns.rest | length }}{{ m.content }}"),
        "{% set ns = namespace() %}" + turns("{% set ns.a = loop.index %}{{ ns }}{{ m.content }}"),
        "{% set ns = namespace(a=1) %}{% set ns.b = messages | length %}"
            + turns("{% if loop.index0 > 3 %}{{ ns.b }}{% endif %}{{ m.content }}"),
        "{% set ns = namespace(n=messages | length) %}"
            + turns(
                "{{ 'a' if ns.n > 4 }}{{ 'b' if 6 >= ns.n }}{{ 'c' if ns.n == 5 }}"
                    + "{{ 'd' if ns.n != loop.index }}{{ 'e' if 2 < ns.n < 7 }}{{ m.content }}"),
        "{% set ns = namespace(n=messages | length) %}"
            + turns("{% set ns.n = ns.n - 1 %}{{ 'z' if ns.n == 0 }}{{ m.content }}"),
        "{% for m in messages %}{% set inner = namespace(v=loop.index) %}{{ inner.v }}{{ m.content }}"
            + "{% endfor %}{% set after = namespace(v=1) %}{% for m in messages %}"
            + "{% set after.v = after.v * 2 %}{% endfor %}{{ after.v }}",
        "{% set ns = namespace(f=none) %}{% for m in messages %}{% macro f() %}{{ m.content }}"
            + "{% endmacro %}{% if loop.index0 == 2 %}{% set ns.f = f %}{% endif %}{% endfor %}"
            + turns("{% set g = ns.f %}{% if g %}{{ g() }}{% endif %}{{ m.content }}"),
        turns("{% if m.role != messages[loop.index0 - 1].role %}x{% endif %}{{ m.content }}"),
        turns("{{ m.content }}") + "{% for m in messages %}{{ m.role }}{% else %}none{% endfor %}",
        turns(
            "{% if m.role == 'tool' %}{{ raise_exception('no ' ~ m.role) }}{% endif %}{{ m.content }}"),
        "{% if messages[-1].role == 'tool' %}{{ raise_exception('ends') }}{% endif %}"
            + turns("{{ m.content }}"),
        "{% with x = messages | length %}"
            + turns("{{ 'x' if x > loop.index0 + 2 }}{{ m.content }}")
            + "{% endwith %}",
        "{% filter upper %}" + turns("{{ m.content }}") + "{% endfilter %}",
        "{% for k in [1, 2] %}{% set outer = loop %}"
            + turns("{{ outer.index }}{{ m.content }}")
            + "{% endfor %}",
        turns("{% if messages %}{{ m.content }}{% endif %}{{ messages[0].role }}"),
        turns("{{ m.content }}") + "{{ messages | tojson }}",
        turns("{{ messages[50].role if messages[50] is defined }}{{ m.content }}"),
        "{% set x = messages[2:] %}" + turns("{{ '%' if m in x }}{{ m.content }}"));
  }

  private static String turns(String body) {
    return "{% for m in messages %}[{{ m.role }}]"
        + body
        + ";{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
  }

  private static ChatTemplate template(String source) throws Exception {
    return new ChatTemplate(source, Map.of("bos_token", "<s>", "eos_token", "</s>"), DATE);
  }

  /** A conversation of any roles, with halves of characters in some contents. */
  private static Conversation conversation(Random random, int size, boolean isAlternating) {
    List<ObjectNode> messages = new ArrayList<>();
    String[] roles = {"user", "assistant", "tool", "system"};
    for (int i = 0; i < size; i++) {
      int any = random.nextInt(roles.length);
      String role = isAlternating ? roles[i % 2] : roles[i == 0 ? 2 * (any % 2) : any];
      ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", role);
      String[] contents = {"a b", "", "\uD83C\uDF0A", "<think>t</think>c", "x".repeat(i % 7)};
      message.put("content", contents[random.nextInt(contents.length)] + i);
      if (!isAlternating && random.nextInt(40) == 0) {
        message.put("content", random.nextBoolean() ? "half \uD83C" : "\uDF0A half");
      }
      if (role.equals("assistant") && random.nextInt(3) == 0) {
        message.put("thought", "t" + i);
      }
      messages.add(message);
    }
    Map<String, JsonNode> arguments =
        random.nextInt(4) == 0 ? Map.of("enable_thinking", BooleanNode.FALSE) : Map.of();
    return new Conversation(messages, Optional.empty(), arguments);
  }

  private static long steps(ChatTemplate template, Conversation conversation) {
    StepBudget budget = new StepBudget(Limits.DEFAULT, 10);
    template.turns(conversation, budget).all();
    assertThat(budget.isExhausted()).isFalse();
    return budget.used();
  }

  private static void assertEqualsOneByOne(ChatTemplate template, String name) {
    for (int seed = 0; seed < 25; seed++) {
      Random random = new Random(seed);
      Conversation conversation =
          conversation(random, 1 + random.nextInt(14), random.nextBoolean());
      StepBudget budget = new StepBudget(Limits.DEFAULT, 10);

      LearntText actual = template.turns(conversation, budget).all();

      String place = "%s, seed %d".formatted(name, seed);
      assertThat(OneByOne.found(actual))
          .describedAs(place)
          .isEqualTo(OneByOne.learnt(template, conversation));
      assertEachBeginning(template, conversation, place);
    }
  }

  /** Every beginning, with and without the generation prompt, in the order of learning. */
  private static void assertEachBeginning(
      ChatTemplate template, Conversation conversation, String place) {
    Beginnings beginnings = template.beginnings(conversation, new StepBudget(Limits.DEFAULT, 100));
    List<SharedText> texts = new ArrayList<>();
    List<String> wanted = new ArrayList<>();
    for (int size = conversation.messages().size(); size >= 0; size--) {
      for (boolean prompt : new boolean[] {false, true}) {
        Rendering alone = template.render(conversation.upTo(size), prompt);
        Beginnings.Beginning shared = beginnings.upTo(size, prompt);
        if (alone instanceof Rendering.Complete text
            && shared instanceof Beginnings.Complete complete) {
          assertThat(complete.text().toString())
              .describedAs("%s, %d messages, prompt %s", place, size, prompt)
              .isEqualTo(text.text());
          texts.add(complete.text());
          wanted.add(text.text());
        } else {
          assertThat(shared).describedAs(place).isInstanceOf(Beginnings.Refused.class);
          assertThat(((Beginnings.Refused) shared).refusal())
              .describedAs("%s, %d messages, prompt %s", place, size, prompt)
              .isEqualTo(alone);
        }
      }
    }
    for (int i = 0; i < texts.size(); i++) {
      for (int j = 0; j < texts.size(); j++) {
        assertThat(texts.get(i).isBeginningOf(texts.get(j)))
            .describedAs("%s, texts %d and %d", place, i, j)
            .isEqualTo(wanted.get(j).startsWith(wanted.get(i)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource({"linear", "others"})
  void givenATemplate_whenLearning_thenEqualsRenderingEachPartForItself(String source)
      throws Exception {
    assertEqualsOneByOne(template(source), source);
  }

  @Test
  void givenRandomTemplates_whenLearning_thenEqualsRenderingEachPartForItself() throws Exception {
    for (int seed = 0; seed < 150; seed++) {
      String source = new RandomTemplate(new Random(seed)).source();
      assertEqualsOneByOne(template(source), source);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deepseek_r1_distill",
        "llama3",
        "llama3_1",
        "llama3_2",
        "phi3",
        "qwen2_5",
        "qwen3",
        "qwen3_instruct_2507",
        "qwen3_training"
      })
  void givenATemplateOfAKnownModel_whenTheTurnsAreDoubled_thenTheStepsAreDoubled(String name)
      throws Exception {
    ChatTemplate template =
        template(Files.readString(GoldenData.shared("golden/chat/" + name + "/template.jinja")));
    assertEqualsOneByOne(template, name);
    assertLinear(template, name);
  }

  @ParameterizedTest
  @MethodSource("linear")
  void givenATemplate_whenTheTurnsAreDoubled_thenTheStepsAreDoubled(String source)
      throws Exception {
    assertLinear(template(source), source);
  }

  @Test
  void givenTheTemplateOfEveryBuild_whenTheTurnsAreDoubled_thenTheStepsAreDoubled()
      throws Exception {
    ChatTemplate template = template(Files.readString(GOLDEN.resolve("template.jinja")));

    assertEqualsOneByOne(template, "own_dev");
    assertLinear(template, "own_dev");
  }

  private static void assertLinear(ChatTemplate template, String name) {
    long before = steps(template, conversation(new Random(1), 100, true));
    long doubled = steps(template, conversation(new Random(1), 200, true));
    long again = steps(template, conversation(new Random(1), 400, true));

    assertThat((double) (again - doubled) / (doubled - before))
        .describedAs("%s: %d, %d, %d steps", name, before, doubled, again)
        .isBetween(1.8, 2.2);
  }
}
