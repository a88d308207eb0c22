package io.sluice.schemas.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.Message;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessagesTest {
  private static final Message LEARNT = Messages.of("assistant", "x");
  private static final Message MASKED = Messages.of("assistant", "x", false);

  @Test
  void givenALearntTurn_whenIdentified_thenItsTextsAreRoleAndContentAsInVersion01() {
    assertThat(Messages.identity(LEARNT)).containsExactly("assistant", "x");
  }

  @Test
  void givenAMaskedTurn_whenIdentified_thenItIsAnotherTurn() {
    assertThat(Messages.identity(MASKED)).isNotEqualTo(Messages.identity(LEARNT)).hasSize(2);
  }

  @Test
  void givenFurtherFieldsOrTools_whenIdentified_thenItIsAnotherExample() {
    Message named = new Message("assistant", "x", true, "{\"name\":\"a\"}");
    assertThat(Messages.identity(named))
        .isNotEqualTo(Messages.identity(LEARNT))
        .isNotEqualTo(Messages.identity(new Message("assistant", "x", false, named.getExtra())))
        .contains(named.getExtra());
    assertThat(Messages.identity(List.of(LEARNT), "")).containsExactly("assistant", "x");
    assertThat(Messages.identity(List.of(LEARNT), "[{}]"))
        .isNotEqualTo(Messages.identity(List.of(LEARNT, Messages.of("tools", "[{}]")), ""))
        .endsWith("[{}]");
  }

  @Test
  void givenFurtherFields_whenWritten_thenTheyStandBesideTheContentAsTheyWereGiven()
      throws IOException {
    Message calls =
        new Message(
            "assistant", "", true, "{\"tool_calls\":[{\"b\":1.10,\"a\":1e2}],\"content\":null}");
    Message named = new Message("tool", "4", true, "{\"name\":\"add\"}");
    assertThat(written(List.of(calls, named), MessageJson::write))
        .isEqualTo(
            "[{'role':'assistant','tool_calls':[{'b':1.10,'a':1E+2}],'content':null},"
                + "{'role':'tool','content':'4','name':'add'}]");
  }

  @Test
  void givenToolsAndMetadata_whenWritten_thenTheyAreFieldsOfTheExample() throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      MessageJson.writeToolsAndMetadata("", Map.of(), json);
      MessageJson.writeToolsAndMetadata("[{}]", Map.of("b", "1", "a", "ü"), json);
      json.writeEndObject();
    }
    assertThat(out.toString()).isEqualTo("{\"tools\":[{}],\"metadata\":{\"a\":\"ü\",\"b\":\"1\"}}");
  }

  @Test
  void givenTurns_whenWritten_thenTheWeightsOfMaskedOnesOrOfAllAnswersAreThere()
      throws IOException {
    List<Message> turns = List.of(Messages.of("user", "u"), MASKED, LEARNT);
    String user = "[{'role':'user','content':'u'},";
    String masked = "{'role':'assistant','content':'x','weight':0},";
    assertThat(written(turns, MessageJson::write))
        .isEqualTo(user + masked + "{'role':'assistant','content':'x'}]");
    assertThat(written(turns, MessageJson::writeWithWeights))
        .isEqualTo(user + masked + "{'role':'assistant','content':'x','weight':1}]");
  }

  private static String written(List<Message> turns, Writing writing) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      writing.write(turns, json);
    }
    return out.toString().replace('"', '\'');
  }

  private interface Writing {
    void write(List<Message> turns, JsonGenerator json) throws IOException;
  }
}
