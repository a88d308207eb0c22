package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CountSketchTest {
  @Property(tries = 50)
  void givenTwoVectors_whenTheirSumIsSketched_thenItIsTheSumOfTheirSketches(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int size) {
    CountSketch sketch = new CountSketch(256, seed);
    float[] a = gaussian(size, 1);
    float[] b = gaussian(size, 2);
    float[] both = new float[size];
    for (int i = 0; i < size; i++) {
      both[i] = a[i] + 2 * b[i];
    }
    float[] sum = sketch.apply(both, 0);
    float[] ofA = sketch.apply(a, 0);
    float[] ofB = sketch.apply(b, 0);
    for (int i = 0; i < sum.length; i++) {
      assertThat(sum[i]).isCloseTo(ofA[i] + 2 * ofB[i], within(1e-4f));
    }
  }

  @Property(tries = 30)
  void givenAVectorShorterThanTheSketch_whenSketched_thenItsNormIsPreservedExactly(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 512) int size) {
    float[] vector = gaussian(size, 3);
    float[] sketch = new CountSketch(512, seed).apply(vector, 0);
    assertThat(dot(sketch, sketch)).isCloseTo(dot(vector, vector), within(1e-6));
  }

  @Property(tries = 30)
  void givenUnitVectors_whenSketched_thenInnerProductsArePreservedWithinFiveDeviations(
      @ForAll long seed) {
    int dimension = 4096;
    CountSketch sketch = new CountSketch(dimension, seed);
    float[] a = unit(gaussian(100_000, 4));
    float[] b = unit(gaussian(100_000, 5));
    double deviation = Math.sqrt(2.0 / dimension);
    float[] ofA = sketch.apply(a, 0);
    float[] ofB = sketch.apply(b, 0);
    assertThat(dot(ofA, ofA)).isCloseTo(1, within(5 * deviation));
    assertThat(dot(ofA, ofB)).isCloseTo(dot(a, b), within(5 * deviation));
  }

  @Example
  void givenManySeeds_whenVectorsAreSketched_thenTheMeanInnerProductIsUnbiased() {
    float[] a = unit(gaussian(5_000, 6));
    float[] b = unit(gaussian(5_000, 7));
    int seeds = 400;
    double sum = 0;
    for (int seed = 0; seed < seeds; seed++) {
      CountSketch sketch = new CountSketch(64, seed);
      sum += dot(sketch.apply(a, 0), sketch.apply(b, 0));
    }
    assertThat(sum / seeds).isCloseTo(dot(a, b), within(5 / Math.sqrt(64.0 * seeds)));
  }

  @Example
  void givenVectorsWithASingleValue_whenSketched_thenSignsAreBalancedAndBucketsAreSpread() {
    CountSketch sketch = new CountSketch(64, 9);
    int size = 64 * 200;
    int trials = 0;
    int positive = 0;
    List<Integer> buckets = new ArrayList<>();
    for (int i = 0; i < size; i += 7) {
      float[] single = new float[size];
      single[i] = 1;
      float[] sketched = sketch.apply(single, 0);
      int bucket = 0;
      while (sketched[bucket] == 0) {
        bucket++;
      }
      buckets.add(bucket);
      positive += sketched[bucket] > 0 ? 1 : 0;
      trials++;
    }
    assertThat(positive).isCloseTo(trials / 2, within(100));
    assertThat(IntStream.range(0, 64).mapToObj(b -> Collections.frequency(buckets, b)))
        .allSatisfy(count -> assertThat(count).isBetween(5, 70));
  }

  @Example
  void givenTheSameSeed_whenSketchedTwice_thenTheResultIsTheSame() {
    float[] vector = gaussian(10_000, 8);
    assertThat(new CountSketch(512, 42).apply(vector, 1))
        .isEqualTo(new CountSketch(512, 42).apply(vector, 1));
  }

  @Example
  void givenAnotherSeedOrCheckpoint_whenSketched_thenTheSketchesAreUnrelated() {
    float[] vector = unit(gaussian(10_000, 8));
    float[] sketch = new CountSketch(1024, 42).apply(vector, 0);
    assertThat(dot(sketch, new CountSketch(1024, 43).apply(vector, 0))).isCloseTo(0, within(0.2));
    assertThat(dot(sketch, new CountSketch(1024, 42).apply(vector, 1))).isCloseTo(0, within(0.2));
  }

  @Example
  void givenAVector_whenSketched_thenItIsNotChanged() {
    float[] vector = gaussian(100, 1);
    float[] copy = vector.clone();
    new CountSketch(16, 1).apply(vector, 0);
    new Projection.None().apply(vector, 0)[0] += 1;
    assertThat(vector).isEqualTo(copy);
  }

  @Property(tries = 30)
  void givenAVector_whenSketched_thenEachBucketSumsOneValuePerBlockInTheOrderOfTheBlocks(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5000) int size) {
    CountSketch sketch = new CountSketch(512, seed);
    float[] vector = gaussian(size, 11);
    int buckets = sketch.dimension(size);
    long key = sketch.key(3);
    float[] expected = new float[buckets];
    for (int i = 0; i < size; i++) {
      int offset = CountSketch.offset(key, i - i % buckets, buckets);
      boolean flips = (CountSketch.signs(key, i) >>> (i % 64) & 1) == 1;
      expected[(i + offset) % buckets] += flips ? -vector[i] : vector[i];
    }
    assertThat(sketch.apply(vector, 3)).isEqualTo(expected);
  }

  @Example
  void givenAVectorShorterThanTheSketch_whenSketched_thenItHasNoMoreBucketsThanItNeeds() {
    CountSketch sketch = new CountSketch(4096, 1);
    assertThat(sketch.apply(gaussian(1001, 3), 0)).hasSize(1008);
    assertThat(sketch.dimension(1001)).isEqualTo(1008);
    assertThat(sketch.dimension(1 << 20)).isEqualTo(4096);
  }

  @Example
  void givenADimensionAboveTheMaximum_whenCreated_thenItIsRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CountSketch(CountSketch.MAX_DIMENSION + 8, 0))
        .withMessageContaining("262144");
  }

  @Example
  void givenADimensionThatIsNoMultipleOfEight_whenCreated_thenItIsRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CountSketch(100, 0))
        .withMessageContaining("multiple of 8");
  }

  private static float[] gaussian(int size, long seed) {
    Random random = new Random(seed);
    float[] vector = new float[size];
    for (int i = 0; i < size; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static float[] unit(float[] vector) {
    double norm = Math.sqrt(dot(vector, vector));
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= (float) norm;
    }
    return vector;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
