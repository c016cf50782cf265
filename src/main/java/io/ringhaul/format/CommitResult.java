package io.ringhaul.format;

import java.io.Serializable;
import java.util.OptionalLong;

/**
 * What a commit made visible.
 *
 * @param location where the result lies, for people
 * @param files how many files it has
 * @param fileBytes their size together
 * @param snapshotId the snapshot that holds the result, in formats that have snapshots; empty also
 *     if the commit took effect and could not be read back
 */
public record CommitResult(String location, int files, long fileBytes, OptionalLong snapshotId)
    implements Serializable {}
