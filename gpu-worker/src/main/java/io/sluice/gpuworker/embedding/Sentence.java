package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.gradient.ModelInput;

/**
 * An example as the input of a sentence-embedding model.
 *
 * @param ids the token ids, with those that the tokenizer adds before and after the text
 * @param pooledFrom the first token whose state is pooled: the number of tokens of a prompt that is
 *     left out, else 0
 * @param uncut the number of tokens of the whole example
 * @param hash covers the tokens of the whole text, also those beyond the length limit, and which of
 *     them a model would learn
 * @param learnt the number of tokens of the whole text that a model would learn
 */
public record Sentence(long[] ids, int pooledFrom, int uncut, byte[] hash, int learnt)
    implements ModelInput {}
