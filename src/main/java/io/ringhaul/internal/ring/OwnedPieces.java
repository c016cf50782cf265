package io.ringhaul.internal.ring;

import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** The pieces of runs that each owner got, and their cut into groups of even width. */
final class OwnedPieces {

  private final ReplicaRuns runs;

  /** The pieces of each owner, one owner after the other, each owner's in the order of the ring. */
  private final long[] starts;

  private final long[] ends;
  private final int[] runOfPiece;
  private final int[] firstPiece;

  /** For {@link #commonReplicas}: the last piece in which each node was met. */
  private final int[] metIn;

  private OwnedPieces(ReplicaRuns runs, int[] firstPiece) {
    this.runs = runs;
    this.firstPiece = firstPiece;
    int count = firstPiece[runs.nodeCount()];
    starts = new long[count];
    ends = new long[count];
    runOfPiece = new int[count];
    metIn = new int[runs.nodeCount()];
  }

  static OwnedPieces of(ReplicaRuns runs, OwnerBalance balance) {
    int[] firstPiece = new int[runs.nodeCount() + 1];
    for (int slot = runs.firstSlot(0); slot < runs.slots(); slot++) {
      firstPiece[runs.node(slot) + 1] += balance.held(slot) > 0 ? 1 : 0;
    }
    Arrays.parallelPrefix(firstPiece, Integer::sum);
    OwnedPieces pieces = new OwnedPieces(runs, firstPiece);
    int[] next = firstPiece.clone();
    for (int run = 0; run < runs.count(); run++) {
      EvenShares shares = EvenShares.of(runs.widthMinusOne(run), balance.chunks(run));
      int done = 0;
      for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
        if (balance.held(slot) > 0) {
          int piece = next[runs.node(slot)]++;
          pieces.starts[piece] = runs.start(run) + shares.first(done);
          done += balance.held(slot);
          pieces.ends[piece] = runs.start(run) + shares.first(done);
          pieces.runOfPiece[piece] = run;
        }
      }
    }
    return pieces;
  }

  /** Whether a node owns anything. */
  boolean isOwner(int node) {
    return firstPiece[node] < firstPiece[node + 1];
  }

  /** The number of tokens that an owner has, less one, unsigned. */
  long widthMinusOne(int node) {
    long sum = -1;
    for (int piece = firstPiece[node]; piece < firstPiece[node + 1]; piece++) {
      sum += ends[piece] - starts[piece];
    }
    return sum;
  }

  /**
   * Cuts what an owner has, in the order of the ring, into groups that differ by at most one token.
   *
   * @param count how many, at most the tokens that the owner has
   */
  List<TokenRangeGroup> groups(int node, int count) {
    EvenShares shares = EvenShares.of(widthMinusOne(node), count);
    List<TokenRangeGroup> result = new ArrayList<>(count);
    int piece = firstPiece[node];
    long start = starts[piece];
    for (int group = 0; group < count; group++) {
      List<TokenRange> ranges = new ArrayList<>();
      int first = piece;
      // Widths less one: the whole ring's would not fit otherwise.
      long open = shares.share(group) - 1;
      while (Long.compareUnsigned(ends[piece] - start - 1, open) < 0) {
        ranges.add(new TokenRange(start, ends[piece]));
        open -= ends[piece] - start;
        piece++;
        start = starts[piece];
      }
      long end = start + open + 1;
      ranges.add(new TokenRange(start, end));
      result.add(new TokenRangeGroup(commonReplicas(node, first, piece), ranges));
      start = end;
      if (end == ends[piece] && group + 1 < count) {
        piece++;
        start = starts[piece];
      }
    }
    return result;
  }

  /** The replicas that all pieces from first to last have in common, the owner first. */
  private List<UUID> commonReplicas(int owner, int first, int last) {
    List<Integer> others = new ArrayList<>();
    int run = runOfPiece[first];
    for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
      if (runs.node(slot) != owner) {
        others.add(runs.node(slot));
      }
    }
    for (int piece = first + 1; piece <= last && !others.isEmpty(); piece++) {
      run = runOfPiece[piece];
      for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
        metIn[runs.node(slot)] = piece;
      }
      int current = piece;
      others.removeIf(node -> metIn[node] != current);
    }
    List<UUID> result = new ArrayList<>(others.size() + 1);
    result.add(runs.host(owner));
    others.forEach(node -> result.add(runs.host(node)));
    return result;
  }
}
