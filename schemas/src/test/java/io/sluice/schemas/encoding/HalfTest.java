package io.sluice.schemas.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class HalfTest {

  @Test
  void givenEveryFiniteHalf_whenWidened_thenItsValueIsSignTimesFractionTimesPowerOfTwo() {
    for (int half = 0; half < 0x10000; half++) {
      int exponent = half >> 10 & 0x1f;
      int fraction = half & 0x3ff;
      if (exponent == 31) {
        continue;
      }
      double magnitude =
          exponent == 0
              ? fraction * Math.pow(2, -24)
              : (1024 + fraction) * Math.pow(2, exponent - 25);
      double expected = half >= 0x8000 ? -magnitude : magnitude;
      assertThat((double) Half.toFloat((short) half)).as("half %x", half).isEqualTo(expected);
    }
  }

  @Test
  void givenEveryHalf_whenWidenedAndNarrowed_thenItIsUnchanged() {
    for (int half = 0; half < 0x10000; half++) {
      float wide = Half.toFloat((short) half);
      if (Float.isNaN(wide)) {
        assertThat(Half.toFloat(Half.fromFloat(wide))).isNaN();
      } else {
        assertThat(Half.fromFloat(wide)).as("half %x", half).isEqualTo((short) half);
      }
    }
  }

  @Test
  void givenTheMiddleOfTwoNeighbours_whenNarrowed_thenItBecomesTheEvenOneAndOtherValuesTheNearer() {
    for (int half = 0; half < 0x7bff; half++) {
      float low = Half.toFloat((short) half);
      float high = Half.toFloat((short) (half + 1));
      float middle = low + (high - low) / 2;
      int even = (half & 1) == 0 ? half : half + 1;
      assertThat(Half.fromFloat(middle)).isEqualTo((short) even);
      assertThat(Half.fromFloat(Math.nextDown(middle))).isEqualTo((short) half);
      assertThat(Half.fromFloat(Math.nextUp(middle))).isEqualTo((short) (half + 1));
      assertThat(Half.fromFloat(-middle)).isEqualTo((short) (even | 0x8000));
    }
  }

  @Test
  void givenValuesBeyondTheLargestHalf_whenNarrowed_thenTheyBecomeInfinityFromHalfAStepOn() {
    assertThat(Half.fromFloat(65504f)).isEqualTo((short) 0x7bff);
    assertThat(Half.fromFloat(Math.nextDown(65520f))).isEqualTo((short) 0x7bff);
    assertThat(Half.fromFloat(65520f)).isEqualTo((short) 0x7c00);
    assertThat(Half.fromFloat(Float.MAX_VALUE)).isEqualTo((short) 0x7c00);
    assertThat(Half.fromFloat(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
    assertThat(Half.fromFloat(Float.MIN_VALUE)).isZero();
  }

  @Property
  void givenAnyFloat_whenNarrowed_thenNoNeighbouringHalfIsNearer(
      @ForAll @FloatRange(min = -65504f, max = 65504f) float value) {
    int half = Half.fromFloat(value) & 0xffff;
    BigDecimal distance = distance(value, half);
    int magnitude = half & 0x7fff;
    for (int other : new int[] {magnitude - 1, magnitude + 1}) {
      if (other >= 0 && other < 0x7c00) {
        assertThat(distance(value, half & 0x8000 | other)).isGreaterThanOrEqualTo(distance);
      }
    }
  }

  private static BigDecimal distance(float value, int half) {
    return new BigDecimal(value).subtract(new BigDecimal(Half.toFloat((short) half))).abs();
  }
}
