package io.sluice.local.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.endtoend.ApiClient;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.client.Subset;
import io.sluice.streams.client.SubsetWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The HTTP API of every instance returns what a consumer reads from the topics, as soon as it
 * answers: an instance whose work moves says that it is unavailable.
 */
final class ApiAgrees implements Guarantee {
  @Override
  public void check(Evidence evidence) {
    evidence.apis().forEach(api -> check(api, evidence));
  }

  private static void check(ApiClient api, Evidence evidence) {
    assertThat(
            api.await("/api/tasks", ApiAgrees::isOk).json().path("tasks").findValuesAsText("task"))
        .containsExactlyElementsOf(evidence.inputs().tasks().keySet());
    Map<String, List<String>> retracted = new TreeMap<>();
    for (JsonNode job : api.await("/api/jobs", ApiAgrees::isOk).json().path("jobs")) {
      List<String> ids = new ArrayList<>();
      job.path("retracted").forEach(id -> ids.add(id.asText()));
      retracted.put(job.path("job").asText(), ids);
    }
    Map<String, List<String>> published = new TreeMap<>();
    evidence
        .outputs()
        .jobs()
        .forEach(
            (id, records) -> published.put(id, records.get(records.size() - 1).getRetracted()));
    assertThat(retracted).as("retracted examples of each job").isEqualTo(published);
    for (TargetTask task : evidence.inputs().tasks().values()) {
      Collection<SelectedInstruction> selected =
          evidence.outputs().selected().getOrDefault(task.getTaskId(), Map.of()).values();
      for (int budget : task.getBudgets()) {
        ApiClient.Answer answer =
            api.await(
                "/api/tasks/%s/selected?format=jsonl&budget=%d".formatted(task.getTaskId(), budget),
                ApiAgrees::isOk);
        assertThat(answer.text()).isEqualTo(lines(Subset.of(task, selected, budget)));
      }
    }
  }

  private static boolean isOk(ApiClient.Answer answer) {
    return answer.status() == 200;
  }

  private static String lines(Subset subset) {
    StringWriter out = new StringWriter();
    try {
      SubsetWriter.write(subset, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }
}
