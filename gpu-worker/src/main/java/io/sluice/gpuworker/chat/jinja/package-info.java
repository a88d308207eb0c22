/**
 * Renders Jinja templates as Hugging Face's libraries do: the language of chat templates, with the
 * meaning that Python gives to it, to the character. Used by {@code chat} only.
 *
 * <p>It is an engine of its own because none of the libraries for Java is exact. Jinjava, the best
 * kept one (2.8.4, with the missing functions, filters and tags added), renders 96 of 384 reference
 * texts correctly: white space control beside comments and nested tags differs, slices with steps
 * and named arguments of functions fail, {@code none} prints as {@code null}, operations on wrong
 * types succeed where Python raises an error, and methods of texts are those of Java, found by
 * reflection.
 *
 * <p>To find the answers of a conversation, its beginnings are rendered as well. So that this does
 * not take a time that grows with the square of the turns, {@code Renderings} shares the work: a
 * {@code Trail} records what each iteration of a loop over messages looks at and leaves behind, and
 * a rendering of fewer messages takes over the text of the iterations that would look at the same.
 * Whatever is not known to be the same is rendered.
 *
 * <p>Templates are foreign text. A value can only be one of the types of {@code Value}, functions
 * and methods are looked up in fixed tables, and nothing can reach the Java platform, files or the
 * network. {@link io.sluice.gpuworker.chat.jinja.Limits} bounds what a rendering uses. What the
 * engine cannot render exactly is refused, when the template is loaded if it can be seen there, and
 * otherwise when it is rendered.
 */
package io.sluice.gpuworker.chat.jinja;
