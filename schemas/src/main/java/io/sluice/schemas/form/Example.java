package io.sluice.schemas.form;

import io.sluice.schemas.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * An example that was read; whether it satisfies the rules of candidates is not checked yet.
 *
 * @param form the form that it had
 * @param id its id, if it has one
 * @param source where it came from; empty when it does not say
 * @param messages its turns
 * @param tools the definitions of its tools as a JSON array; empty when there are none
 * @param metadata its other fields, as texts
 * @param leftOut names of further fields that cannot be metadata, for example because they are too
 *     long, each with the reason
 */
public record Example(
    Form form,
    Optional<String> id,
    String source,
    List<Message> messages,
    String tools,
    Map<String, String> metadata,
    SortedMap<String, String> leftOut) {}
