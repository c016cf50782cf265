/**
 * What formats share that write folders of part files: staging and commit, the manifest,
 * compression and checksums, and finding the files to import. A format only turns rows into bytes
 * ({@link io.ringhaul.internal.files.OutputFormat}) and back ({@link
 * io.ringhaul.internal.files.InputFormat}).
 */
@NullMarked
package io.ringhaul.internal.files;

import org.jspecify.annotations.NullMarked;
