/**
 * The forms in which people keep instruction examples (messages, ShareGPT, Alpaca and others), and
 * how an example in one of them becomes the turns, tools and metadata that Sluice knows. An example
 * is never changed in silence: a field that is not understood and could change what is learnt is a
 * reason to refuse the example, by the field's name. The package sees single JSON objects only;
 * {@code io.sluice.schemas.file} finds them in files.
 */
package io.sluice.schemas.form;
