package io.ringhaul.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The measurements of one contender, round by round. */
public final class Series {

  private final String work;
  private final String name;
  private final List<Measurement> rounds = new ArrayList<>();

  public Series(String work, String name) {
    this.work = work;
    this.name = name;
  }

  public void add(Measurement round) {
    rounds.add(round);
  }

  String work() {
    return work;
  }

  public String name() {
    return name;
  }

  List<Measurement> rounds() {
    return List.copyOf(rounds);
  }

  public double median(ToDoubleFunction<Measurement> figure) {
    return Medians.of(rounds.stream().mapToDouble(figure));
  }

  public double least(ToDoubleFunction<Measurement> figure) {
    return rounds.stream().mapToDouble(figure).min().orElse(Double.NaN);
  }

  public double most(ToDoubleFunction<Measurement> figure) {
    return rounds.stream().mapToDouble(figure).max().orElse(Double.NaN);
  }

  /** Returns the median, over the rounds, of the ratio of this wall time to the other. */
  public double timeOver(Series other) {
    return ratio(other, Measurement::seconds);
  }

  /** Returns the median, over the rounds, of the ratio of this figure to the other. */
  public double ratio(Series other, ToDoubleFunction<Measurement> figure) {
    return Medians.of(ratios(other, figure));
  }

  /** Returns the quartiles, over the rounds, of the ratio of this figure to the other. */
  public Quartiles quartiles(Series other, ToDoubleFunction<Measurement> figure) {
    return Quartiles.of(ratios(other, figure));
  }

  /** Returns, for each round, the ratio of this figure to the other. */
  public DoubleStream ratios(Series other, ToDoubleFunction<Measurement> figure) {
    return IntStream.range(0, rounds.size())
        .mapToDouble(
            round ->
                figure.applyAsDouble(rounds.get(round))
                    / figure.applyAsDouble(other.rounds.get(round)));
  }
}
