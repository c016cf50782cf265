import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.spark.RinghaulSpark;
import io.ringhaul.spark.SessionFactory;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;

/** An application with mistakes. Prints the message of the failure. */
public final class RefusedOnSpark {

  private RefusedOnSpark() {}

  /** Arguments: contact point, data centre, keyspace, folder, and the mistake. */
  public static void main(String[] arguments) {
    String contact = arguments[0];
    String datacenter = arguments[1];
    String keyspace = arguments[2];
    SessionFactory sessions =
        switch (arguments[4]) {
          case "missing factory" -> null;
          case "no network" ->
              () ->
                  TaskContext.get() == null
                      ? open(contact, datacenter)
                      : open("127.0.0.1:1", datacenter);
          default -> () -> open(contact, datacenter);
        };
    try (JavaSparkContext context = new JavaSparkContext();
        RinghaulSpark spark = RinghaulSpark.over(context, sessions)) {
      spark.count(operator -> operator.count(keyspace, "t").taskCount(12)).execute();
    } catch (BulkOperationException e) {
      System.out.println(e.getMessage());
    }
  }

  private static CqlSession open(String contact, String datacenter) {
    return SessionFactory.of(
            Map.of(
                "basic.contact-points.0", contact,
                "basic.load-balancing-policy.local-datacenter", datacenter))
        .open();
  }
}
