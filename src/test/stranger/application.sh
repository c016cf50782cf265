#!/usr/bin/env bash
# Builds an application with Maven and runs it, with an empty home and an empty local repository.
#
# application.sh REPOSITORY APPLICATION MAIN-CLASS < XML
#
# REPOSITORY is the folder repository of a release, APPLICATION a folder with src/main, and XML what the
# POM has beside its coordinates: dependencies and managed versions.
set -euo pipefail
repository=$(readlink -f "$1")
cd "$2"
main=$3

{
  cat << XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>application</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <repositories>
    <repository>
      <id>dry-run</id>
      <url>file://$repository</url>
    </repository>
  </repositories>
XML
  cat
  echo "</project>"
} > pom.xml

# The machine's way to the central repository stays: it may be a mirror or a proxy.
settings=()
[[ -e "$HOME/.m2/settings.xml" ]] && settings=(--settings "$HOME/.m2/settings.xml")
# Spring Boot reads them as properties of the application.
for name in $(compgen -e RINGHAUL_); do unset "$name"; done
export HOME="$PWD/home" MAVEN_OPTS="${MAVEN_OPTS:-} -Duser.home=$PWD/home"
mkdir home

mvn -B -q ${settings[@]+"${settings[@]}"} -Dmaven.repo.local="$PWD/local" compile \
  org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
  -Dmdep.includeScope=runtime -Dmdep.outputFile=class-path
class_path=$(< class-path)
IFS=: read -ra jars <<< "$class_path"
echo "class path: ${#jars[@]} jars, $(du -cm "${jars[@]}" | tail -1 | cut -f1) MB"
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -Duser.home="$HOME" -cp "target/classes:$class_path" "$main"
