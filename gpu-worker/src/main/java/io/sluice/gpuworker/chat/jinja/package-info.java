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
 * <p><b>Renderings of one conversation share their work.</b> The answers of a conversation are
 * found in its text up to each message, with and without the generation prompt. Rendering each of
 * these texts from its beginning takes a time that grows with the square of the turns, although
 * nearly all iterations of the template's loop over the messages write the same text in all of
 * them. {@code Renderings} therefore records the first rendering, of the most messages, and takes
 * over from it what later ones would certainly repeat:
 *
 * <ol>
 *   <li>The template gets the messages as a {@code MessageView}, which notes how far it looks. An
 *       iteration that has seen nothing behind the k-th message is the same in every rendering of
 *       at least k messages; one that asks for the length, or whether it is the last, is not.
 *   <li>While a loop over messages runs, a {@code LoopRecord} notes after each iteration how long
 *       the text is and how many messages were needed. For each variable and each attribute of a
 *       namespace from outside the loop, a {@code CellRecord} notes what the iterations found out
 *       about its value and what they assigned to it.
 *   <li>A later rendering runs everything before the loop itself. It then asks the record how many
 *       iterations would see the same as before, takes over their text and their assignments, and
 *       runs the remaining iterations and everything behind the loop. This is what {@code Trace}
 *       does, which is told of every loop over messages.
 *   <li>Of a comparison of two numbers, only the outcome is noted (by {@code Operand}), as a bound
 *       of the number. Templates such as Qwen3's compare the position of each message with that of
 *       the last question, which differs between the renderings; if it counted as read, no
 *       iteration could be taken over.
 *   <li>The same templates look for the last question backwards through all messages. {@code Guard}
 *       recognizes when such a loop has found it and does nothing any more.
 *   <li>A {@code SharedText} consists of parts of other texts, so that neither putting it together
 *       nor comparing it with another takes a time that grows with its length.
 * </ol>
 *
 * <p>Whatever is not known to be the same is rendered. A template in any other form therefore gets
 * the same text and only takes more time. Fewer of these parts are not enough for the templates of
 * known models: without the bounds or without the guard, Qwen3's takes the square of the turns.
 *
 * <p>Templates are foreign text. A value can only be one of the types of {@code Value}, functions
 * and methods are looked up in fixed tables, and nothing can reach the Java platform, files or the
 * network. {@link io.sluice.gpuworker.chat.jinja.Limits} bounds what a rendering uses. What the
 * engine cannot render exactly is refused, when the template is loaded if it can be seen there, and
 * otherwise when it is rendered.
 */
package io.sluice.gpuworker.chat.jinja;
