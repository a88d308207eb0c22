/**
 * Conversations as the text that a model's own chat template makes of them, and the parts of that
 * text that are learnt.
 *
 * <p>Depends on Jackson, and for errors in files on {@code model.file}; must not depend on Kafka.
 * Only {@link io.sluice.gpuworker.chat.ChatTemplateFiles} reads files.
 */
package io.sluice.gpuworker.chat;
