package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryOutageTest {
  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 500, 503})
  void givenARegistryThatRefusesNow_whenAsked_thenItIsAnOutage(int status) {
    assertThat(RegistryOutage.isCauseOf(refusal(status))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 409, 422})
  void givenASchemaThatTheRegistryDoesNotKnowOrTake_whenAsked_thenItIsNone(int status) {
    assertThat(RegistryOutage.isCauseOf(refusal(status))).isFalse();
  }

  @Test
  void givenAFailedHandshake_whenAsked_thenItIsAnOutage() {
    assertThat(
            RegistryOutage.isCauseOf(
                new SerializationException("schema", new SSLHandshakeException("expired"))))
        .isTrue();
  }

  private static SerializationException refusal(int status) {
    return new SerializationException(
        "schema", new RestClientException("refused", status, status * 100));
  }
}
