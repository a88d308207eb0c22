package io.sluice.streams.api.page;

/**
 * A file of the page.
 *
 * @param content its bytes
 * @param type its content type
 * @param tag a hash of the content in double quotes, as the header ETag has it
 */
public record PageFile(byte[] content, String type, String tag) {}
