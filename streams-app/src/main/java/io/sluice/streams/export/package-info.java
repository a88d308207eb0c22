/** Frozen datasets as files that trainers read. */
package io.sluice.streams.export;
