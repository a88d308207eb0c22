package io.sluice.schemas.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.Message;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessagesTest {
  private static final Message LEARNT = Messages.of("assistant", "x");
  private static final Message MASKED = new Message("assistant", "x", false);

  @Test
  void givenALearntTurn_whenIdentified_thenItsTextsAreRoleAndContentAsInVersion01() {
    assertThat(Messages.identity(LEARNT)).containsExactly("assistant", "x");
  }

  @Test
  void givenAMaskedTurn_whenIdentified_thenItIsAnotherTurn() {
    assertThat(Messages.identity(MASKED)).isNotEqualTo(Messages.identity(LEARNT)).hasSize(2);
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
