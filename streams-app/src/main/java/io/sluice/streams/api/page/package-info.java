/**
 * The files of the page that the HTTP API serves for people: a fixed list of resources of this
 * package, held in memory. It knows nothing of HTTP but content types and entity tags.
 */
package io.sluice.streams.api.page;
