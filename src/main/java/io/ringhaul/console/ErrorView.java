package io.ringhaul.console;

/** What went wrong: a sentence, and the status of the reply. */
record ErrorView(String error, int status) {}
