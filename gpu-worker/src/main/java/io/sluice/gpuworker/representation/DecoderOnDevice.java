package io.sluice.gpuworker.representation;

import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.Torch;
import java.io.IOException;
import java.util.Optional;

/**
 * A decoder on one device.
 *
 * @param torch the device, which owns the arrays of the model; closed with it
 * @param vectors computes with the model
 * @param loader loads it once more
 */
record DecoderOnDevice(Torch torch, ExampleVectors<Encoded.Example> vectors, Loader loader)
    implements Lane.OnDevice<Encoded.Example> {
  /** Loads a model onto a device, and tests it there. */
  @FunctionalInterface
  interface Loader {
    ExampleVectors<Encoded.Example> load(Torch torch) throws IOException;
  }

  static DecoderOnDevice load(Torch torch, Loader loader) throws IOException {
    return new DecoderOnDevice(torch, loader.load(torch), loader);
  }

  @Override
  public String device() {
    return torch.device();
  }

  /** Passes of other sizes, and other processes, can then have it. */
  @Override
  public void releaseReserve() {
    if (torch.isGpu()) {
      JniUtils.emptyCudaCache();
    }
  }

  @Override
  public Optional<Lane.OnDevice<Encoded.Example>> anew() throws IOException {
    Torch again = torch.anew();
    torch.close();
    releaseReserve();
    try {
      return Optional.of(load(again, loader));
    } catch (IOException | RuntimeException e) {
      again.close();
      throw e;
    }
  }

  @Override
  public void close() {
    torch.close();
  }
}
