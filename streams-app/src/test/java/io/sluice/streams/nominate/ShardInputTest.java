package io.sluice.streams.nominate;

import io.sluice.streams.EveryKind;
import org.junit.jupiter.api.Test;

class ShardInputTest {
  @Test
  void givenEachKindOfInput_whenAccepted_thenItsOwnMethodIsCalled()
      throws ReflectiveOperationException {
    EveryKind.callsAMethodOfItsOwn(ShardInput.class, ShardInput.Handler.class);
  }
}
