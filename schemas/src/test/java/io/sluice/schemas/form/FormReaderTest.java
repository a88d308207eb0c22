package io.sluice.schemas.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.schemas.message.ExactJson;
import io.sluice.schemas.message.MessageJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each form stands for. JSON is written with ' for " here, and an expected example as a
 * candidate file would have it.
 */
class FormReaderTest {
  private static final String U = "{'role':'user','content':'u'}";
  private static final String A = "{'role':'assistant','content':'a'}";
  private static final FormOptions TAKE_CHOSEN = new FormOptions(Optional.empty(), Map.of(), true);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          messages          | {'messages':[{'role':'developer','content':'s'},{'role':'user','content':'u'},{'role':'assistant','content':'a'}]} | [{'role':'system','content':'s'},{'role':'user','content':'u'},{'role':'assistant','content':'a'}]
          messages          | {'messages':'[{\\"role\\":\\"user\\",\\"content\\":\\"u\\"}]'} | [{'role':'user','content':'u'}]
          messages          | {'system':'s','messages':[{'role':'user','content':'u'}]} | [{'role':'system','content':'s'},{'role':'user','content':'u'}]
          messages          | {'messages':[{'role':'user','content':'u'}],'conversations':null,'prompt':'u'} | [{'role':'user','content':'u'}]
          conversation      | {'conversation':[{'role':'user','content':'u','language':'English','toxic':false},{'role':'assistant','content':'a','timestamp':null}]} | [{'role':'user','content':'u'},{'role':'assistant','content':'a'}]
          sharegpt          | {'conversations':[{'from':'human','value':'u'},{'from':'gpt','value':'a'}],'system':'s'} | [{'role':'system','content':'s'},{'role':'user','content':'u'},{'role':'assistant','content':'a'}]
          sharegpt          | {'conversations':[{'from':'system','value':'s'},{'from':'human','value':'u'},{'from':'gpt','value':'a','weight':0}],'system':'s'} | [{'role':'system','content':'s'},{'role':'user','content':'u'},{'role':'assistant','content':'a','weight':0}]
          sharegpt          | {'conversations':{'from':['human','gpt'],'value':['u','a']}} | [{'role':'user','content':'u'},{'role':'assistant','content':'a'}]
          sharegpt          | {'conversations':[{'role':'user','content':'u'}]} | [{'role':'user','content':'u'}]
          alpaca            | {'instruction':'i','input':'','output':'a'} | [{'role':'user','content':'i'},{'role':'assistant','content':'a'}]
          alpaca            | {'instruction':'i','input':'x','output':'a','system':'s','history':[['q','r']]} | [{'role':'system','content':'s'},{'role':'user','content':'q'},{'role':'assistant','content':'r'},{'role':'user','content':'i\\nx'},{'role':'assistant','content':'a'}]
          alpaca            | {'instruction':'','input':'x','output':'[]','history':[]} | [{'role':'user','content':'x'},{'role':'assistant','content':'[]'}]
          prompt-completion | {'prompt':'[{\\"role\\":\\"user\\",\\"content\\":\\"u\\"}]','completion':'[{\\"from\\":\\"gpt\\",\\"value\\":\\"a\\"}]'} | [{'role':'user','content':'u'},{'role':'assistant','content':'a'}]
          prompt-completion | {'prompt':{'role':['user'],'content':['u']},'completion':{'role':['assistant'],'content':['a']}} | [{'role':'user','content':'u'},{'role':'assistant','content':'a'}]
          prompt-completion | {'prompt':'[1, 2]','completion':'[]'} | [{'role':'user','content':'[1, 2]'},{'role':'assistant','content':'[]'}]
          prompt-completion | {'prompt':'{}','completion':'null'} | [{'role':'user','content':'{}'},{'role':'assistant','content':'null'}]
          prompt-completion | {'prompt':'f','completion':'[{\\"from\\":\\"Rome\\",\\"to\\":\\"Oslo\\"}]'} | [{'role':'user','content':'f'},{'role':'assistant','content':'[{\\'from\\':\\'Rome\\',\\'to\\':\\'Oslo\\'}]'}]
          prompt-completion | {'prompt':'f','completion':'[{\\"role\\":\\"admin\\"}, 3]'} | [{'role':'user','content':'f'},{'role':'assistant','content':'[{\\'role\\':\\'admin\\'}, 3]'}]
          prompt-completion | {'prompt':'u','completion':'[]','instruction':'','output':null} | [{'role':'user','content':'u'},{'role':'assistant','content':'[]'}]
          prompt-completion | {'prompt':'u','completion':' a\\n'} | [{'role':'user','content':'u'},{'role':'assistant','content':' a\\n'}]
          prompt-completion | {'prompt':[{'role':'user','content':'q'},{'role':'assistant','content':'r'},{'role':'user','content':'u'}],'completion':[{'role':'assistant','content':'a'}]} | [{'role':'user','content':'q'},{'role':'assistant','content':'r','weight':0},{'role':'user','content':'u'},{'role':'assistant','content':'a'}]
          """)
  void givenAForm_whenRead_thenItsTurnsAreThere(String form, String json, String messages)
      throws IOException {
    Example example = read(FormOptions.DEFAULT, json);
    assertThat(example.form().label()).isEqualTo(form);
    assertThat(messages(example)).isEqualTo(messages);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':{'name':'f','arguments':{'b':1.50,'a':null}}}]} | {'role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':{'name':'f','arguments':{'b':1.50,'a':null}}}]}
          {'role':'assistant','tool_calls':[{'name':'f','arguments':'{}'}],'content':'x'} | {'role':'assistant','content':'x','tool_calls':[{'name':'f','arguments':'{}'}]}
          {'role':'assistant','tool_calls':[{'name':'f'}]} | {'role':'assistant','content':'','tool_calls':[{'name':'f'}]}
          {'role':'assistant','content':'','function_call':{'name':'f','arguments':'{}'}} | {'role':'assistant','content':'','tool_calls':[{'type':'function','function':{'name':'f','arguments':'{}'}}]}
          {'role':'tool','content':'4','tool_call_id':'c','name':'f'} | {'role':'tool','content':'4','tool_call_id':'c','name':'f'}
          {'role':'function','content':'4','name':'f'} | {'role':'tool','content':'4','name':'f'}
          {'role':'environment','content':'4'} | {'role':'tool','content':'4'}
          {'role':'ipython','content':'4'} | {'role':'tool','content':'4'}
          {'from':'observation','value':'4'} | {'role':'tool','content':'4'}
          {'from':'function_call','value':'{\\"name\\": \\"f\\", \\"arguments\\": {\\"a\\": 1}}'} | {'role':'assistant','content':'','tool_calls':[{'type':'function','function':{'name':'f','arguments':{'a':1}}}]}
          {'from':'function_call','value':'<think>hm</think>[{\\"name\\":\\"f\\",\\"arguments\\":{}},{\\"name\\":\\"g\\",\\"arguments\\":{}}]'} | {'role':'assistant','content':'<think>hm</think>','tool_calls':[{'type':'function','function':{'name':'f','arguments':{}}},{'type':'function','function':{'name':'g','arguments':{}}}]}
          {'role':'assistant','content':'a','reasoning_content':'r','thinking':'','reasoning':null} | {'role':'assistant','content':'a','reasoning_content':'r'}
          {'role':'assistant','content':'<think>hm</think>a','thinking':'t'} | {'role':'assistant','content':'<think>hm</think>a','thinking':'t'}
          {'role':'user','content':[{'type':'text','text':'a '},{'type':'text','text':'b','image_url':null},'c']} | {'role':'user','content':'a bc'}
          {'from':'human','value':[{'type':'text','text':'a'}]} | {'role':'user','content':'a'}
          {'role':'assistant','content':'a','reasoning_content':'null','tool_calls':'null','function_call':'{}'} | {'role':'assistant','content':'a','reasoning_content':'null'}
          {'role':'assistant','content':'[]','tool_calls':' [] '} | {'role':'assistant','content':'[]'}
          {'role':'assistant','content':'a','weight':0} | {'role':'assistant','content':'a','weight':0}
          """)
  void givenATurn_whenRead_thenNothingOfItIsLost(String turn, String expected) throws IOException {
    assertThat(messages(read(FormOptions.DEFAULT, "{'messages':[" + turn + "]}")))
        .isEqualTo("[" + expected + "]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'tools':[{'type':'function','function':{'name':'f'}}],'messages':[]}   | [{'type':'function','function':{'name':'f'}}]
          {'tools':[{'name':'f','x':1.0}],'messages':[]}                          | [{'name':'f','x':1.0}]
          {'tools':'[{\\"name\\":\\"f\\"}]','messages':[]}                        | [{'name':'f'}]
          {'tools':['{\\"name\\":\\"f\\"}'],'messages':[]}                        | [{'name':'f'}]
          {'tools':'[{\\"name\\":\\"f\\"}]','conversations':[]}                   | [{'type':'function','function':{'name':'f'}}]
          {'functions':[{'name':'f'}],'messages':[]}                              | [{'type':'function','function':{'name':'f'}}]
          {'tools':'[]','messages':[]}                                            | ``
          {'tools':[],'functions':null,'messages':[]}                             | ``
          """)
  void givenTools_whenRead_thenTheirDefinitionsAreKept(String json, String tools)
      throws IOException {
    assertThat(read(FormOptions.DEFAULT, json).tools().replace('"', '\'')).isEqualTo(tools);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'chosen':[{'role':'user','content':'u'},{'role':'assistant','content':'a'}],'rejected':[{'role':'user','content':'u'},{'role':'assistant','content':'b'}],'prompt':'u','score_chosen':8.5}
          {'chosen':'[{\\"role\\":\\"user\\",\\"content\\":\\"u\\"},{\\"role\\":\\"assistant\\",\\"content\\":\\"a\\"}]','rejected':'[]','prompt':'u','score_chosen':8.5}
          {'chosen':{'role':['user','assistant'],'content':['u','a']},'rejected':'b','messages':'[{\\"role\\":\\"user\\",\\"content\\":\\"u\\"}]','score_chosen':8.5}
          {'prompt':'[{\\"role\\":\\"user\\",\\"content\\":\\"u\\"}]','chosen':'a','rejected':'b','score_chosen':8.5}
          {'prompt':'u','chosen':'a','rejected':'b','score_chosen':8.5}
          {'prompt':[{'role':'user','content':'u'}],'chosen':[{'role':'assistant','content':'a'}],'rejected':[{'role':'assistant','content':'b'}],'score_chosen':8.5}
          {'conversations':[{'from':'human','value':'u'}],'chosen':{'from':'gpt','value':'a'},'rejected':{'from':'gpt','value':'b'},'score_chosen':8.5}
          {'instruction':'u','input':'','chosen':'a','rejected':'b','score_chosen':8.5}
          {'messages':[{'role':'user','content':'u'},{'role':'assistant','content':'a'}],'chosen':[{'role':'user','content':'u'},{'role':'assistant','content':'a'}],'rejected':[{'role':'user','content':'u'},{'role':'assistant','content':'b'}],'score_chosen':8.5}
          """)
  void givenPreferenceData_whenRead_thenTheChosenAnswerIsTakenOnRequestOnly(String json)
      throws IOException {
    Example example = read(TAKE_CHOSEN, json);
    assertThat(messages(example)).isEqualTo("[" + U + "," + A + "]");
    assertThat(example.metadata()).containsEntry("score_chosen", "8.5");
    assertThatThrownBy(() -> read(FormOptions.DEFAULT, json))
        .hasMessageContaining("preference data")
        .hasMessageContaining("--take chosen");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'text':'x','label':1}                                                | no other form fits the columns text, label: an example has messages, or a prompt and an answer
          {'instruction':'i','lang':'en','response':'the answer'}             | fits the columns instruction, lang, response: if one of them is a field under another name, map it, such as --field output=response
          {'prompt':'u','the answer':'a'}                                        | the columns prompt, the answer: if one of them is a field under another name, map it, such as --field completion=COLUMN with its name for COLUMN (over HTTP
          {'lang':'en','query':'long question','reply':'long answer'}        | --field prompt=query --field completion=reply (over
          {'instruction':'i','context':'a very long text','response':'r'}       | such as --field output=response --field input=context (over
          {'instruction':'i','context':'c','note':'n'}                         | --field output=COLUMN --field input=context with
          {'question':'q','response':'r','context':'c'}                        | such as --field instruction=question --field output=response --field input=context (over
          {'prompt':'p','answer':'r','Context':'c'}                            | such as --field instruction=prompt --field output=answer --field input=Context (over
          {'question':'q','completion':'r','documents':'c'}                    | such as --field instruction=question --field output=completion --field input=documents (over
          {'input':'q','answer':'r','context':'c'}                             | such as --field instruction=input --field output=answer --field input=context (over
          {'question':'q','answer':'r','input':'c'}                            | such as --field instruction=question --field output=answer (over
          {'question':'q','answer':'r','history':[['a','b']]}                  | such as --field instruction=question --field output=answer (over
          {'question':'q','answer':'r','context':['c']}                        | such as --field prompt=question --field completion=answer (over
          {'question':'q','answer':'r','system_prompt':'s','developer':'d'}    | such as --field prompt=question --field completion=answer --field system=system_prompt (over
          {'input':'i','output':'o'}                                           | --field instruction=input (over
          {'prompt':'p','Target':'o'}                                          | --field completion=Target (over
          {'question':'q','solution':'s','answer':'a'}                         | --field prompt=question --field completion=COLUMN with
          {'dialogue':'[{\\"role\\":\\"user\\",\\"content\\":\\"u\\"}]'}     | --field messages=dialogue
          {'n':1,'dialog':[{'role':'user','content':'u'}]}                   | --field messages=dialog
          {'id':'i'}                                                            | no other form fits the columns id
          {'instruction':'i','response':'r'}                                    | --field output=response
          {'prompt':'u','completion':5}                                         | completion is neither a text nor a list of turns
          {'instruction':'i','output':['a']}                                    | output is not a text
          {'instruction':'i','output':'a','history':[['q']]}                    | history is not a list of pairs
          {'system':'t','messages':[{'role':'system','content':'s'}]}           | a field system with another text
          {'messages':[{'role':'user','content':null}]}                         | message 1 has no content
          {'messages':[{'role':'tool','content':null,'tool_calls':[{'name':'f'}]}]} | message 1 has no content
          {'messages':[{'role':'user','content':'u','from':'human'}]}           | has both from and role
          {'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'x'}}]}]} | message 1 has a part of type 'image_url'
          {'messages':[{'role':'user','content':[{'type':'text','text':'u','image_url':{'url':'x'}}]}]} | a part with the field 'image_url'
          {'messages':[{'role':'user','content':[{'type':'input_audio'}]}]}     | a part of type 'input_audio'
          {'messages':[{'role':'user','content':[{'type':'file','file':{}}]}]}  | a part of type 'file'
          {'messages':[{'role':'user','content':[3]}]}                          | not a list of parts
          {'messages':[{'role':'user','content':{'a':1}}]}                      | message 1: content is not a text
          {'messages':[{'role':'assistant','content':'a','tool_calls':[{'id':'c'}]}]} | the name of a function
          {'messages':[{'role':'assistant','content':'a','tool_calls':'f()'}]}  | tool_calls is not a list
          {'messages':[{'role':'assistant','content':'a','function_call':'f'}]} | function_call has no name
          {'messages':[{'role':'assistant','content':'a','tool_calls':[{'name':'f'}],'function_call':{'name':'f'}}]} | tool calls in two fields
          {'messages':[{'role':'assistant','content':'a','thinking':['t']}]}    | thinking is not a text
          {'conversations':[{'from':'function_call','value':'f(x)'}]}           | role function_call is not JSON with name
          {'conversations':[{'from':'gpt','value':null}]}                       | message 1 has no value
          {'tools':[1],'messages':[]}                                           | tools is not a list of objects
          {'tools':'f','messages':[]}                                           | tools is not a list of objects
          {'tools':[{'name':'f'}],'functions':[{'name':'f'}],'messages':[]}     | both tools and functions
          {'chosen':'a','rejected':'b'}                                         | preference data
          """)
  void givenWhatIsNotUnderstood_whenRead_thenRefusedByName(String json, String reason) {
    assertThatThrownBy(() -> read(FormOptions.DEFAULT, json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void givenAnswersThatAreMarkedAsGoodOrBad_whenRead_thenGoodOnesAreTakenOnRequestOnly()
      throws IOException {
    String marked = "{'prompt':'u','completion':'a','label':%s}";
    assertThat(messages(read(TAKE_CHOSEN, marked.formatted("true"))))
        .isEqualTo("[" + U + "," + A + "]");
    assertThatThrownBy(() -> read(TAKE_CHOSEN, marked.formatted("false")))
        .hasMessageContaining("label marks the answer as bad");
    assertThatThrownBy(() -> read(FormOptions.DEFAULT, marked.formatted("true")))
        .hasMessageContaining("preference data, with a mark");
    String kto = "{'messages':[" + U + "," + A + "],'kto_tag':false}";
    assertThatThrownBy(() -> read(TAKE_CHOSEN, kto)).hasMessageContaining("kto_tag marks");
    assertThat(read(FormOptions.DEFAULT, marked.formatted("3")).metadata())
        .containsEntry("label", "3");
    assertThat(read(FormOptions.DEFAULT, kto.replace("kto_tag", "label")).metadata())
        .containsEntry("label", "false");
  }

  @Test
  void givenPreferenceDataWithoutAQuestion_whenTaken_thenRefused() {
    assertThatThrownBy(() -> read(TAKE_CHOSEN, "{'chosen':'a','rejected':'b'}"))
        .hasMessageContaining("an answer without its question");
    assertThatThrownBy(
            () ->
                read(
                    TAKE_CHOSEN,
                    "{'messages':["
                        + U
                        + "],'chosen':["
                        + U.replace("'u'", "'v'")
                        + ","
                        + A
                        + "],'rejected':['b']}"))
        .hasMessageContaining("not the beginning of chosen");
  }

  @Test
  void givenAFormAndColumns_whenRead_thenTheyAreUsedInsteadOfTheExamplesOwn() throws IOException {
    FormOptions options =
        new FormOptions(
            Optional.of(Form.ALPACA), Map.of("output", "response", "input", "context"), false);
    Example example =
        read(
            options,
            "{'instruction':'i','context':'c','response':'r','messages':'x','category':'qa'}");
    assertThat(messages(example))
        .isEqualTo("[{'role':'user','content':'i\\nc'},{'role':'assistant','content':'r'}]");
    assertThat(example.metadata())
        .containsOnly(Map.entry("category", "qa"), Map.entry("messages", "x"));
    assertThatThrownBy(() -> read(options, "{'messages':[" + A + "]}"))
        .hasMessageContaining("instruction is missing");
    assertThatThrownBy(() -> read(options, "{'instruction':'i','response':'r','output':'other'}"))
        .hasMessageContaining("field 'output' beside the column");
    assertThatThrownBy(() -> new FormOptions(Optional.empty(), Map.of("answer", "x"), false))
        .hasMessageContaining("unknown field 'answer'");
    assertThatThrownBy(
            () -> new FormOptions(Optional.empty(), Map.of("input", "x", "output", "x"), false))
        .hasMessageContaining("column 'x' is given for two fields");
  }

  @Test
  void givenOtherFields_whenRead_thenTheyAreMetadataAsText() throws IOException {
    Example example =
        read(
            FormOptions.DEFAULT,
            "{'messages':["
                + A
                + "],'id':7,'source':'s','language':'de','score':1.50,'ok':true,"
                + "'tags':['a','b'],'none':null,'empty':{},'header':{'user-agent':'x','n':{'m':1}},"
                + "'metadata':{'licence':'mit','language':'fr'},'long':'"
                + "x".repeat(1025)
                + "'}");
    assertThat(example.id()).contains("7");
    assertThat(example.source()).isEqualTo("s");
    assertThat(example.metadata())
        .containsOnly(
            Map.entry("language", "de"),
            Map.entry("score", "1.50"),
            Map.entry("ok", "true"),
            Map.entry("tags", "[\"a\",\"b\"]"),
            Map.entry("header.user-agent", "x"),
            Map.entry("header.n.m", "1"),
            Map.entry("licence", "mit"));
    assertThat(example.leftOut())
        .containsOnly(
            Map.entry("language", "given twice"), Map.entry("long", "longer than 1024 characters"));
  }

  @Test
  void givenMetadataThatIsNotUnicode_whenRead_thenItIsLeftOutForThatReason() throws IOException {
    Example example =
        read(FormOptions.DEFAULT, "{'prompt':'p','completion':'c','m\\ud800':'x','n':'\\udc00'}");
    assertThat(example.metadata()).isEmpty();
    assertThat(example.leftOut().get("n")).startsWith("contains half a surrogate pair");
    assertThat(example.leftOut().get("m\ud800")).startsWith("its name contains half a surrogate");
  }

  @Test
  void givenExamplesWithTheSameFault_whenRefused_thenItsKindIsThatOfAll() {
    assertThat(kind("{'instruction':'i','response':'r','lang':'en'}"))
        .isEqualTo(kind("{'instruction':'i','topic':'t','response':'r'}"))
        .isNotEqualTo(kind("{'text':'t'}"));
    assertThat(kind("{'prompt':'u','completion':5}"))
        .isEqualTo("completion is neither a text nor a list of turns");
  }

  @Test
  void givenJsonTextsThatAreAsDeepAsJsonIsRead_whenRead_thenRefusedWithAReason() {
    String deep = "[".repeat(1000) + "]".repeat(1000);
    assertThatThrownBy(
            () ->
                read(
                    FormOptions.DEFAULT,
                    "{'messages':[],'tools':['{\\'a\\':1}','{\\'a\\':"
                        + deep.substring(1, 1999)
                        + "}']}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tools is nested too deeply");
  }

  private static String kind(String json) {
    try {
      return "read as " + read(FormOptions.DEFAULT, json);
    } catch (IllegalArgumentException e) {
      return RefusedExampleException.kindOf(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String messages(Example example) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      MessageJson.write(example.messages(), json);
    }
    return out.toString().replace('"', '\'');
  }

  private static Example read(FormOptions options, String json) throws IOException {
    String quoted = json.replace('\'', '"');
    return new FormReader(options).read(ExactJson.read(quoted));
  }
}
