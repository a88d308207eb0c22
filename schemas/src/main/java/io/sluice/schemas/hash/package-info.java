/**
 * SHA-256 hashes of texts and files. Everybody may use this package; it knows only the JDK. The
 * packages that are limited to the JDK themselves compute their hashes without it.
 */
package io.sluice.schemas.hash;
