package io.sluice.local.study.run;

import io.sluice.gpuworker.representation.Representer;
import io.sluice.local.files.WholeFile;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Some candidates as they are represented: encoded vectors, or the reason why there are none.
 *
 * @param entries in the order of the candidates
 */
record VectorBlock(List<Entry> entries) {
  /**
   * One candidate.
   *
   * @param features its encoded vectors; empty if it has none
   * @param reason why it has none; empty if it has some
   */
  record Entry(byte[] features, String reason) {
    boolean isUsable() {
      return features.length > 0;
    }

    ByteBuffer buffer() {
      return ByteBuffer.wrap(features);
    }
  }

  VectorBlock {
    entries = List.copyOf(entries);
  }

  /** Encodes outcomes. */
  static VectorBlock of(List<Representer.Outcome> outcomes, FeatureEncoding encoding) {
    List<Entry> entries = new ArrayList<>();
    for (Representer.Outcome outcome : outcomes) {
      if (outcome instanceof Representer.Represented represented) {
        ByteBuffer encoded = FeatureCodec.encode(encoding, represented.rows());
        byte[] features = new byte[encoded.remaining()];
        encoded.get(features);
        entries.add(new Entry(features, ""));
      } else if (outcome instanceof Representer.Unusable unusable) {
        entries.add(new Entry(new byte[0], unusable.reason()));
      }
    }
    return new VectorBlock(entries);
  }

  void write(Path file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(entries.size());
      for (Entry entry : entries) {
        out.writeInt(entry.features.length);
        out.write(entry.features);
        out.writeUTF(entry.reason);
      }
    }
    WholeFile.write(file, bytes.toByteArray());
  }

  static VectorBlock read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      List<Entry> entries = new ArrayList<>();
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        byte[] features = in.readNBytes(in.readInt());
        entries.add(new Entry(features, in.readUTF()));
      }
      return new VectorBlock(entries);
    }
  }
}
