package io.sluice.gpuworker.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateFilesTest {
  private static final LocalDateTime DATE = LocalDateTime.of(2025, 3, 7, 0, 0);
  private static final ObjectNode HELLO =
      JsonNodeFactory.instance.objectNode().put("role", "user").put("content", "hello");
  private static final Conversation PLAIN =
      new Conversation(List.of(HELLO), Optional.empty(), Map.of());
  private static final Conversation WITH_TOOLS =
      new Conversation(
          List.of(HELLO), Optional.of(new ArrayNode(JsonNodeFactory.instance)), Map.of());

  @TempDir Path folder;

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String text(Conversation conversation) throws IOException {
    ChatTemplates templates = ChatTemplateFiles.read(folder, DATE);
    return ((Rendering.Complete) templates.of(conversation).render(conversation, false)).text();
  }

  private String refusal() {
    return assertThrows(UnusableModelException.class, () -> ChatTemplateFiles.read(folder, DATE))
        .getMessage();
  }

  @Test
  void givenATemplateFile_whenRead_thenItComesBeforeTheConfig() throws Exception {
    write("chat_template.jinja", "file {{ eos_token }}");
    write("tokenizer_config.json", "{\"eos_token\": \"</s>\", \"chat_template\": \"config\"}");

    assertEquals("file </s>", text(PLAIN));
  }

  @Test
  void givenATemplateInTheConfig_whenRead_thenItIsUsedWithAllTokens() throws Exception {
    write(
        "tokenizer_config.json",
        "{\"eos_token\": {\"content\": \"<e>\"}, \"bos_token\": null, \"image_token\": \"<i>\","
            + " \"add_bos_token\": true, \"extra_special_tokens\": {\"boi\": \"<b>\"},"
            + " \"chat_template\": \"{{ eos_token }}{{ image_token }}{{ boi }}"
            + "{{ bos_token is defined }}{{ add_bos_token is defined }}\"}");

    assertEquals("<e><i><b>FalseFalse", text(PLAIN));
  }

  @Test
  void givenNamedTemplates_whenToolsAreGiven_thenTheOneForToolsIsUsed() throws Exception {
    write(
        "tokenizer_config.json",
        "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"T\"},"
            + " {\"name\": \"rag\", \"template\": \"{{\"},"
            + " {\"name\": \"default\", \"template\": \"D\"}]}");

    assertEquals("D", text(PLAIN));
    assertEquals("T", text(WITH_TOOLS));
  }

  @Test
  void givenAdditionalTemplateFiles_whenToolsAreGiven_thenTheOneForToolsIsUsed() throws Exception {
    write("tokenizer_config.json", "{}");
    write("chat_template.jinja", "D");
    write("additional_chat_templates/tool_use.jinja", "T");

    assertEquals("D", text(PLAIN));
    assertEquals("T", text(WITH_TOOLS));
  }

  @Test
  void givenTokensInTheOlderFile_whenRead_thenTheyAreUsedUnlessAddedTokensAreListed()
      throws Exception {
    write("special_tokens_map.json", "{\"eos_token\": \"<old>\"}");
    write("chat_template.jinja", "{{ eos_token }}");
    write("tokenizer_config.json", "{\"eos_token\": \"<new>\"}");
    assertEquals("<old>", text(PLAIN));

    write("tokenizer_config.json", "{\"eos_token\": \"<new>\", \"added_tokens_decoder\": {}}");
    assertEquals("<new>", text(PLAIN));
  }

  @Test
  void givenNoTemplate_whenRead_thenRefused() throws Exception {
    write("tokenizer_config.json", "{\"eos_token\": \"</s>\"}");

    assertEquals(
        folder
            + " has no chat template: add chat_template.jinja from the source of the model, or use"
            + " the text form reference",
        refusal());
  }

  @Test
  void givenATemplateThatCannotBeRenderedExactly_whenRead_thenRefusedWithTheLine()
      throws Exception {
    write("tokenizer_config.json", "{}");
    write("chat_template.jinja", "a\n{{ messages | random }}");

    assertEquals(
        folder.resolve("chat_template.jinja")
            + ", line 2: the filter random is not supported; the template cannot be rendered"
            + " exactly: change it, or use the text form reference",
        refusal());
  }

  @Test
  void givenATokenThatNothingDecides_whenTheTemplateReadsIt_thenRefused() throws Exception {
    write("tokenizer_config.json", "{\"tokenizer_class\": \"LlamaTokenizer\"}");
    write("chat_template.jinja", "{{ bos_token }}");

    assertEquals(
        folder.resolve("tokenizer_config.json")
            + " has no bos_token, which the chat template uses: add it, with the value null if the"
            + " model has none",
        refusal());

    write("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    assertEquals("", text(PLAIN));
  }

  @Test
  void givenAnotherTemplateOrToken_whenRead_thenTheHashDiffers() throws Exception {
    write("tokenizer_config.json", "{\"eos_token\": \"</s>\"}");
    write("chat_template.jinja", "a");
    String first = ChatTemplateFiles.read(folder, DATE).hash();
    write("chat_template.jinja", "b");
    String second = ChatTemplateFiles.read(folder, DATE).hash();
    write("tokenizer_config.json", "{\"eos_token\": \"<e>\"}");
    String third = ChatTemplateFiles.read(folder, DATE).hash();

    assertNotEquals(first, second);
    assertNotEquals(second, third);
    assertEquals(64, first.length());
  }
}
