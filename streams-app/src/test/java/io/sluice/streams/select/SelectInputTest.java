package io.sluice.streams.select;

import io.sluice.streams.EveryKind;
import org.junit.jupiter.api.Test;

class SelectInputTest {
  @Test
  void givenEachKindOfInput_whenAccepted_thenItsOwnMethodIsCalled()
      throws ReflectiveOperationException {
    EveryKind.callsAMethodOfItsOwn(SelectInput.class, SelectInput.Handler.class);
  }

  @Test
  void givenEachKindOfPublication_whenAccepted_thenItsOwnMethodIsCalled()
      throws ReflectiveOperationException {
    EveryKind.callsAMethodOfItsOwn(SelectOutput.class, SelectOutput.Handler.class);
  }
}
