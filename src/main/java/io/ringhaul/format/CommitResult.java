package io.ringhaul.format;

import java.io.Serializable;
import java.util.OptionalLong;

/**
 * The result of a commit.
 *
 * @param location the location of the result, for messages
 * @param files number of files
 * @param fileBytes total size of the files in bytes
 * @param snapshotId the snapshot with the result, in formats that have snapshots; also empty if the
 *     commit took effect but its snapshot could not be read
 */
public record CommitResult(String location, int files, long fileBytes, OptionalLong snapshotId)
    implements Serializable {}
