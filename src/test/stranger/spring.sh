#!/usr/bin/env bash
# A new Spring Boot application with the dependencies and the class of docs/spring-boot.md, and the
# driver and versions that Spring Boot manages.
#
# spring.sh PAGE REPOSITORY EMPTY-FOLDER SPRING-BOOT-VERSION HOST PORT DATACENTER
#
# The application counts store.orders of scripts/init.cql.
set -euo pipefail
page=$(readlink -f "$1")
repository=$(readlink -f "$2")
work=$(readlink -f "$3")
version=$4
here=$(dirname "$(readlink -f "$0")")

sources="$work/src/main/java/com/example"
mkdir -p "$sources" "$work/src/main/resources"
cat > "$work/src/main/resources/application.properties" << PROPERTIES
spring.cassandra.contact-points=$5
spring.cassandra.port=$6
spring.cassandra.local-datacenter=$7
PROPERTIES
{ echo "package com.example;"; "$here/block.sh" "$page" java; } > "$sources/OrderCounter.java"
cat > "$sources/Application.java" << 'JAVA'
package com.example;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class Application {

  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments).close();
  }

  @Bean
  CommandLineRunner count(OrderCounter counter) {
    return arguments -> System.out.println("counted " + counter.count());
  }
}
JAVA
"$here/application.sh" "$repository" "$work" com.example.Application << XML
<dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-dependencies</artifactId>
      <version>$version</version>
      <type>pom</type>
      <scope>import</scope>
    </dependency>
  </dependencies>
</dependencyManagement>
<dependencies>
<dependency>
  <groupId>org.springframework.boot</groupId>
  <artifactId>spring-boot-starter</artifactId>
</dependency>
$("$here/block.sh" "$page" xml)
</dependencies>
XML
grep -o 'org/apache/cassandra/java-driver-core/[^:]*\.jar' "$work/class-path"
