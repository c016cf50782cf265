package io.ringhaul.limits;

/** Hears when a job pauses by its limits and when it goes on. Must not block. */
public interface PauseListener {

  /** Hears of nothing. */
  PauseListener NONE =
      new PauseListener() {
        @Override
        public void paused(Pause pause) {}

        @Override
        public void resumed(Pause pause) {}
      };

  /** The job asks the cluster for nothing more. */
  void paused(Pause pause);

  /** The job goes on after this pause. */
  void resumed(Pause pause);
}
