package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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

  static Stream<Arguments> descriptions() {
    return Stream.of(
        Arguments.of(
            new ConnectException("refused"), "nothing accepts connections there (refused)"),
        Arguments.of(new UnknownHostException("nowhere"), "nothing accepts connections there"),
        Arguments.of(
            new SocketTimeoutException("Connect timed out"), "nothing accepts connections"),
        Arguments.of(new SocketTimeoutException("Read timed out"), "raise response.timeout.ms"),
        Arguments.of(new SocketException("Connection reset"), "does not respond properly"),
        Arguments.of(new RestClientException("wrong password", 401, 40101), "its credentials"));
  }

  @ParameterizedTest
  @MethodSource("descriptions")
  void givenAnOutage_whenDescribed_thenSlowAndAbsentRegistriesAreDistinguished(
      Exception cause, String expected) {
    SerializationException failure = new SerializationException("schema", cause);

    assertThat(RegistryOutage.isCauseOf(failure)).isTrue();
    assertThat(RegistryOutage.describe(failure)).contains(expected);
  }

  private static SerializationException refusal(int status) {
    return new SerializationException(
        "schema", new RestClientException("refused", status, status * 100));
  }
}
