/**
 * Test support that the tests of the command line need as well: what the algorithms select from a
 * whole pool at once. It is published as a test-jar and never shipped. It knows the contract only,
 * and none of the code that it is compared with.
 */
package io.sluice.streams.testing;
