package io.sluice.streams.similarity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArithmeticTest {
  @Test
  void givenAJvmWithTheVectorModule_whenTheFastestLoopsAreChosen_thenTheyAreNotPlainJava() {
    assertThat(Arithmetic.fastest().floats()).isNotInstanceOf(PlainFloatProducts.class);
    assertThat(Arithmetic.fastest().signs()).isNotInstanceOf(PlainSignProducts.class);
  }
}
