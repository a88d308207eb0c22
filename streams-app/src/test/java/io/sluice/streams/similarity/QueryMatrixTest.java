package io.sluice.streams.similarity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QueryMatrixTest {
  private static final float[] ONE = {1f};

  @Test
  void givenTwoCheckpoints_whenScored_thenEachCosineHasItsWeight() {
    float[][][] queries = {{{1, 0}, {0, 1}}, {{0.6f, 0.8f}, {-1, 0}}};
    QueryMatrix matrix = new QueryMatrix(queries, new float[] {0.75f, 0.25f});

    float[] scores = matrix.score(new float[][] {{3, 4}, {0, -2}});

    assertThat(scores[0]).isEqualTo(0.2f);
    assertThat(scores[1]).isEqualTo(0.75f);
  }

  @Test
  void givenTheSignsOfAQueryOfEqualMagnitudes_whenScored_thenTheSimilarityIsOne() {
    float half = 0.5f;
    QueryMatrix matrix = new QueryMatrix(new float[][][] {{{half, -half, -half, half}}}, ONE);
    ByteBuffer signs = ByteBuffer.wrap(new byte[] {0b1001});
    ByteBuffer opposite = ByteBuffer.wrap(new byte[] {0b0110});

    assertThat(matrix.score(FeatureEncoding.SIGN, signs)).containsExactly(1f);
    assertThat(matrix.score(FeatureEncoding.SIGN, opposite)).containsExactly(-1f);
  }

  @Test
  void givenBitsBeyondTheDimension_whenScored_thenTheyDoNotCount() {
    float root = (float) Math.sqrt(1.0 / 3);
    QueryMatrix matrix = new QueryMatrix(new float[][][] {{{root, root, root}}}, ONE);

    assertThat(matrix.score(FeatureEncoding.SIGN, ByteBuffer.wrap(new byte[] {(byte) 0xff})))
        .isEqualTo(matrix.score(FeatureEncoding.SIGN, ByteBuffer.wrap(new byte[] {0b111})));
    assertThat(matrix.score(FeatureEncoding.INT4, ByteBuffer.wrap(new byte[] {0x19, 0x0b})))
        .isEqualTo(matrix.score(FeatureEncoding.INT4, ByteBuffer.wrap(new byte[] {0x19, 0x7b})));
  }

  @ParameterizedTest
  @EnumSource
  void givenVectorsLongerThanAPiece_whenScored_thenAllTheirValuesCount(FeatureEncoding encoding) {
    Random random = new Random(3);
    Vectors vectors = Vectors.random(2, 2, 2 * SignPieces.LENGTH + 8, random);
    ByteBuffer features = vectors.candidate(encoding, random);
    QueryMatrix plain = new QueryMatrix(vectors.queries(), vectors.weights(), Arithmetic.plain());

    float[] scores =
        new QueryMatrix(vectors.queries(), vectors.weights()).score(encoding, features);

    assertThat(scores).isEqualTo(plain.score(encoding, features));
    for (int q = 0; q < 2; q++) {
      double error = Math.abs(scores[q] - vectors.similarity(q, encoding, features));
      assertThat(error).isLessThan(2e-3);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT4", "SIGN"})
  void givenTheLargestLevelsEverywhere_whenScored_thenNoSumOverflows(FeatureEncoding encoding) {
    int dimension = 20_000;
    float value = (float) (1 / Math.sqrt(dimension));
    float[][][] queries = new float[5][1][dimension];
    float[][] candidate = new float[1][dimension];
    for (int i = 0; i < dimension; i++) {
      candidate[0][i] = -1;
      for (float[][] query : queries) {
        query[0][i] = value;
      }
    }
    ByteBuffer features = FeatureCodec.encode(encoding, candidate);
    if (encoding == FeatureEncoding.INT4) {
      for (int i = 0; i < features.limit(); i++) {
        features.put(i, (byte) 0);
      }
    }

    float[] scores = new QueryMatrix(queries, ONE).score(encoding, features);

    for (float score : scores) {
      assertThat(score).isBetween(-1.000001f, -0.999999f);
    }
  }

  @Test
  void givenSubnormalHalves_whenScored_thenTheyKeepTheirValues() {
    float[][][] queries = {{{0.6f, 0.8f}}};
    ByteBuffer features = ByteBuffer.wrap(new byte[] {3, 0, 4, (byte) 0x80});

    float[] scores = new QueryMatrix(queries, ONE).score(FeatureEncoding.FLOAT16, features);

    assertThat(scores[0]).isEqualTo((0.6f * 3 - 0.8f * 4) / 5);
  }

  @ParameterizedTest
  @EnumSource
  void givenTooFewBytes_whenScored_thenTheErrorNamesBothNumbers(FeatureEncoding encoding) {
    Vectors vectors = Vectors.random(1, 2, 16, new Random(1));
    QueryMatrix matrix = new QueryMatrix(vectors.queries(), vectors.weights());
    int bytes = 2 * FeatureCodec.rowBytes(encoding, 16);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> matrix.score(encoding, ByteBuffer.allocate(bytes - 1)))
        .withMessage("features have %d bytes, not %d", bytes - 1, bytes);
  }

  @ParameterizedTest
  @EnumSource(names = "SIGN", mode = EnumSource.Mode.EXCLUDE)
  void givenAVectorOfZeros_whenScored_thenItIsRejected(FeatureEncoding encoding) {
    Vectors vectors = Vectors.random(1, 2, 16, new Random(1));
    QueryMatrix matrix = new QueryMatrix(vectors.queries(), vectors.weights());
    ByteBuffer features = vectors.candidate(encoding, new Random(2));
    int rowBytes = FeatureCodec.rowBytes(encoding, 16);
    for (int i = rowBytes; i < 2 * rowBytes; i++) {
      features.put(i, (byte) (encoding == FeatureEncoding.INT4 ? 0x88 : 0));
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> matrix.score(encoding, features))
        .withMessage("a feature vector is all zero");
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16"})
  void givenAValueThatIsNotFinite_whenScored_thenItIsRejected(FeatureEncoding encoding) {
    Vectors vectors = Vectors.random(1, 1, 24, new Random(1));
    QueryMatrix matrix = new QueryMatrix(vectors.queries(), vectors.weights());
    int valueBytes = FeatureCodec.rowBytes(encoding, 1);
    byte[][] highest = {
      encoding == FeatureEncoding.FLOAT32 ? new byte[] {(byte) 0x80, 0x7f} : new byte[] {0, 0x7c},
      encoding == FeatureEncoding.FLOAT32
          ? new byte[] {(byte) 0xc0, (byte) 0xff}
          : new byte[] {1, (byte) 0xfe}
    };
    for (byte[] bytes : highest) {
      for (int value : new int[] {0, 15, 16, 23}) {
        ByteBuffer features = vectors.candidate(encoding, new Random(2));
        features.put((value + 1) * valueBytes - 2, bytes);

        assertThatIllegalArgumentException()
            .isThrownBy(() -> matrix.score(encoding, features))
            .withMessage("a feature vector is not finite");
      }
    }
  }

  @Test
  void givenABufferWithAPosition_whenScored_thenReadingStartsThereAndThePositionStays() {
    Vectors vectors = Vectors.random(3, 2, 40, new Random(1));
    QueryMatrix matrix = new QueryMatrix(vectors.queries(), vectors.weights());
    ByteBuffer features = vectors.candidate(FeatureEncoding.FLOAT16, new Random(2));
    ByteBuffer later = ByteBuffer.allocateDirect(features.remaining() + 6).position(3);
    later.put(features.duplicate()).limit(later.position()).position(3);

    assertThat(matrix.score(FeatureEncoding.FLOAT16, later.asReadOnlyBuffer()))
        .isEqualTo(matrix.score(FeatureEncoding.FLOAT16, features));
    assertThat(later.position()).isEqualTo(3);
  }

  @Test
  void givenACandidateOfAnotherShape_whenScored_thenTheErrorNamesBothShapes() {
    Vectors vectors = Vectors.random(1, 2, 16, new Random(1));
    QueryMatrix matrix = new QueryMatrix(vectors.queries(), vectors.weights());
    CandidateVectors other = CandidateVectors.of(new float[][] {{1, 2}, {3, 4}});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> matrix.scoreAll(List.of(other)))
        .withMessage("a candidate of shape [2, 2] for queries of [2, 16]");
  }

  @Test
  void givenNoQueryOrUnequalShapes_whenCreated_thenItIsRejected() {
    assertThatIllegalArgumentException().isThrownBy(() -> new QueryMatrix(new float[0][][], ONE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueryMatrix(new float[][][] {{{1}, {1}}}, ONE))
        .withMessage("query 0 has 2 vectors for 1 checkpoints");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueryMatrix(new float[][][] {{{1}}, {{1, 0}}}, ONE))
        .withMessage("queries of different dimensions");
  }
}
