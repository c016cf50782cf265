package io.ringhaul.internal.iceberg;

import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.rest.RESTCatalog;

/** The catalogs that the tests of commits run on. Both keep their tables in a local warehouse. */
enum TestedCatalog {
  LOCAL {
    @Override
    Opened open(Path folder) {
      return new Opened() {
        @Override
        public IcebergTarget target() {
          return IcebergTarget.warehouse(folder);
        }

        @Override
        public IcebergSource source() {
          return IcebergSource.warehouse(folder);
        }

        @Override
        public String address() {
          return folder.toString();
        }

        @Override
        public void close() {
          // Each session opens and closes the warehouse.
        }
      };
    }
  },

  REST {
    @Override
    Opened open(Path folder) {
      return new Rest(folder);
    }
  };

  /** Opens the catalog on a warehouse in the folder. */
  abstract Opened open(Path folder);

  /** An open catalog. */
  interface Opened extends AutoCloseable {

    IcebergTarget target();

    IcebergSource source();

    /** Returns the folder or the URI with which another process reaches the catalog. */
    String address();

    @Override
    void close();
  }

  private static final class Rest implements Opened {

    private final Warehouse warehouse;
    private final RestServer server;
    private final RESTCatalog client;

    Rest(Path folder) {
      warehouse = new Warehouse(folder);
      try {
        server = new RestServer(warehouse.catalog(), Map.of());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      client = server.client();
    }

    @Override
    public IcebergTarget target() {
      return IcebergTarget.catalog(client);
    }

    @Override
    public IcebergSource source() {
      return IcebergSource.catalog(client);
    }

    @Override
    public String address() {
      return server.uri();
    }

    @Override
    public void close() {
      try {
        client.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server.close();
      warehouse.close();
    }
  }
}
