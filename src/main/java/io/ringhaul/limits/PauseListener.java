package io.ringhaul.limits;

/** Called when a job pauses because of its limits and when it resumes. Must not block. */
public interface PauseListener {

  /** A listener that does nothing. */
  PauseListener NONE =
      new PauseListener() {
        @Override
        public void paused(Pause pause) {}

        @Override
        public void resumed(Pause pause) {}
      };

  /** Called when the job stops sending requests. */
  void paused(Pause pause);

  /** Called when the job resumes after this pause. */
  void resumed(Pause pause);
}
