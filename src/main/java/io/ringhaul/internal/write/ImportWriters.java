package io.ringhaul.internal.write;

import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.request.RequestSender;

/**
 * How an import talks with the cluster.
 *
 * @param writer writes rows
 * @param looks reads what was written, at a consistency level that sees every acknowledged write.
 *     These reads come on top of the requests in flight, one for each reader of the source
 */
public record ImportWriters(StreamWriter writer, RequestSender looks) {}
