package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A partition that moves tokens to new partitions.
 *
 * @param id the id of the job
 * @param before the stored partition
 * @param kept the token ranges that it keeps
 * @param rest the new partitions
 */
record PartitionSplit(
    UUID id, JobPartition before, List<TokenRange> kept, List<JobPartition> rest) {

  /** Whether the store has it already. */
  boolean isStored(JobRecords records) {
    return before.tokens().equals(kept)
        && rest.stream()
            .allMatch(
                each ->
                    records
                        .partition(id, each.number())
                        .map(JobPartition::tokens)
                        .equals(Optional.of(each.tokens())));
  }

  /**
   * Checks that it loses no token and doubles none.
   *
   * @throws JobException if it does, or if the partition or the new numbers are not free for it
   */
  void require(JobRecords records) {
    if (before.status() != PartitionStatus.RUNNING) {
      throw refusal("it is " + before.status());
    }
    Set<Integer> numbers = new HashSet<>();
    for (JobPartition each : rest) {
      if (each.number() < 0
          || !numbers.add(each.number())
          || records.partition(id, each.number()).isPresent()) {
        throw refusal("number " + each.number() + " is taken or negative");
      }
    }
    List<TokenRange> after = new ArrayList<>(kept);
    rest.forEach(each -> after.addAll(each.tokens()));
    TokenRangeSet tokens = TokenRangeSet.of(after);
    BigInteger width = BigInteger.ZERO;
    for (TokenRange each : after) {
      width = width.add(TokenRangeSet.of(each).width());
    }
    if (!tokens.equals(TokenRangeSet.of(before.tokens())) || !tokens.width().equals(width)) {
      throw refusal("the parts do not cover each of its tokens exactly once");
    }
  }

  private JobException refusal(String why) {
    return new JobException(
        id, "Partition " + before.number() + " of job " + id + " cannot be split: " + why, null);
  }
}
