/**
 * The PyTorch engine and the devices that it computes on: which are there and why not, which are
 * chosen, how the engine is started, and what its errors mean for the work on a device. Knows no
 * model and no service.
 */
package io.sluice.gpuworker.device;
