package io.ringhaul.internal.files;

import io.ringhaul.cluster.Slow;
import io.ringhaul.interop.JavaProgram;
import io.ringhaul.lake.HdfsServer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of part files in HDFS, with the client that users add to the class path. */
@Slow
class HdfsFolderIT {

  @TempDir private Path folder;

  @Test
  void writesAndFindsFiles() throws Exception {
    List<Path> classPath = new ArrayList<>();
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(each).toAbsolutePath());
    }
    classPath.addAll(HdfsServer.client());
    try (HdfsServer server = HdfsServer.start(Files.createDirectory(folder.resolve("server")))) {
      new JavaProgram(classPath, List.of("-Xmx256m"), HdfsFolderProgram.class.getName(), folder)
          .run(server.uri())
          .requireExit(0);
    }
  }
}
