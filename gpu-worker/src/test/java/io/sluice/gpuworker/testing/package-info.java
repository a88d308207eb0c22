/**
 * Test support that the tests of the command line need as well: a representer without a model. It
 * is published as a test-jar and never shipped.
 */
package io.sluice.gpuworker.testing;
