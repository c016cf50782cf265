package io.ringhaul.scan;

/**
 * How tasks are read.
 *
 * @param pageSize rows to a page; 0 to adapt it so that a page has about 256 KiB
 * @param pagesAhead how many pages a task may have asked for or hold unread, 1 or more
 */
public record ScanSettings(int pageSize, int pagesAhead) {}
