package io.ringhaul.console;

/** An error: a message and the HTTP status. */
record ErrorView(String error, int status) {}
