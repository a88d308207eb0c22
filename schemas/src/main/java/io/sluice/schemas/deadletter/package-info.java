/**
 * Dead letters: how a record that could not be used becomes one, which headers say why, and how the
 * original is got back from it. The services write them, and the HTTP API and the command line read
 * them.
 */
package io.sluice.schemas.deadletter;
