/**
 * Test support that more than one module needs and that knows nothing beyond the contract: pages
 * that are generated from the code. It is published as a test-jar and never shipped. A package
 * {@code testing} of streams-app or gpu-worker does the same for what those two modules know.
 */
package io.sluice.schemas.testing;
