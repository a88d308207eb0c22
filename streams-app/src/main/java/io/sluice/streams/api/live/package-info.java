/**
 * Server-sent events: clients that stay connected, and what is sent to them without a thread for
 * each. It knows nothing of what the events say.
 */
package io.sluice.streams.api.live;
