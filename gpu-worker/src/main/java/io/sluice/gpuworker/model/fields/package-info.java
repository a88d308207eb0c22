/**
 * The closed lists of the fields that the JSON files of a model folder and of a checkpoint can
 * have, with what Sluice does with each. The same lists check the files and make the page {@code
 * model-folder.md}, so a field that is in neither cannot be ignored.
 *
 * <p>Used by the readers of these files in {@code model}, {@code model.config} and {@code
 * model.lora}. Depends on {@code model.file}; must not depend on the engine or on Kafka.
 */
package io.sluice.gpuworker.model.fields;
