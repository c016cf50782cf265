/**
 * Shared parts of the formats that use folders of part files: staging and commit, the manifest,
 * compression and checksums, and the search for files to import. A format only converts rows to
 * bytes ({@link io.ringhaul.internal.files.OutputFormat}) and back ({@link
 * io.ringhaul.internal.files.InputFormat}).
 */
@NullMarked
package io.ringhaul.internal.files;

import org.jspecify.annotations.NullMarked;
