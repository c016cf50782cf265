package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Detection of processes on this machine. */
class LocalProcessTest {

  private final LocalProcess self = LocalProcess.current();

  @Test
  void seesItselfAndNobodyOfAnotherTime() {
    assertThat(self.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(self.mark()).isNotEmpty();
    assertThat(self.machine()).isNotEmpty();
    assertThat(self.host()).isNotEmpty();
    assertThat(LocalProcess.current()).isEqualTo(self);
    assertThat(self.sees(self.mark(), self.pid())).isTrue();
    assertThat(self.sees(self.mark() + "0", self.pid())).isFalse();
    assertThat(self.sees("", self.pid())).isFalse();
    assertThat(self.sees(self.mark(), Integer.MAX_VALUE)).isFalse();
  }

  /** A process that ended and whose parent does not look after it keeps its number. */
  @Test
  void aProcessThatOnlyHasANumberIsDead() throws Exception {
    Process parent = new ProcessBuilder("sh", "-c", "sleep 60 & exec sleep 60").start();
    try {
      ProcessHandle child = await(parent);
      String mark = LocalProcess.mark(child.pid()).orElseThrow();
      assertThat(self.sees(mark, child.pid())).isTrue();
      child.destroyForcibly();
      while (self.sees(mark, child.pid())) {
        Thread.sleep(20);
      }
      assertThat(parent.isAlive()).isTrue();
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  private static ProcessHandle await(Process parent) throws InterruptedException {
    while (true) {
      List<ProcessHandle> children = parent.children().toList();
      if (!children.isEmpty()) {
        return children.get(0);
      }
      Thread.sleep(5);
    }
  }
}
