package io.sluice.streams.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.streams.config.StreamsAppConfig;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
  private final AllowedHosts hosts =
      AllowedHosts.of(
          config(
              Map.of(
                  "http.host", "0.0.0.0",
                  "http.allowed.hosts", "sluice.example.org,Streams",
                  "application.server", "streams-0.pods.apps.svc:8085")),
          "machine-7:8085");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8085",
        "127.0.0.1:8085",
        "127.4.5.6",
        "10.20.30.40:9",
        "[::1]:8085",
        "[fe80::1]",
        "sluice.example.org",
        "Sluice.Example.Org:443",
        "streams:8085",
        "streams-0.pods.apps.svc:8085",
        "machine-7"
      })
  void givenAnAddressOrANameOfItsOwn_whenAsked_thenItIsAllowed(String header) {
    assertThat(hosts.allow(header)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":8085",
        "evil.example",
        "evil.example:8085",
        "localhost.evil.example",
        "sluice.example.org.evil.example",
        "evil.sluice.example.org",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "evil.example/127.0.0.1",
        "[evil.example]",
        "1.2.3",
        "streams-0.pods.apps.svc:8085:8085"
      })
  void givenAnotherName_whenAsked_thenItIsNotAllowed(String header) {
    assertThat(hosts.allow(header)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a.example", "a.example:80", "*.example", "a,a", "a, ,b", "a/b"})
  void givenSomethingElseThanNames_whenConfigured_thenItIsRefusedByName(String names) {
    assertThatThrownBy(() -> config(Map.of("http.allowed.hosts", names)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.allowed.hosts");
  }

  @Test
  void givenAName_whenTheApiIsBoundByIt_thenItIsAllowed() {
    AllowedHosts bound =
        AllowedHosts.of(config(Map.of("http.host", "intern.example")), "10.0.0.1:8085");

    assertThat(bound.allow("intern.example:8085")).isTrue();
    assertThat(bound.allow("machine-7:8085")).isFalse();
  }

  private static StreamsAppConfig config(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    all.put("bootstrap.servers", "localhost:9092");
    all.put("schema.registry.url", "mock://hosts");
    return new StreamsAppConfig(all);
  }
}
