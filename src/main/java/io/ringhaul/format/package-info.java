/**
 * What an operation asks of a format. Three verbs stay apart, plan, run a task, commit, and what
 * passes between them is plain data that can be stored and sent to another machine.
 */
@NullMarked
package io.ringhaul.format;

import org.jspecify.annotations.NullMarked;
