@echo off
rem Runs Ringhaul's command line on Windows.
rem RINGHAUL_JAVA_OPTS: options of the Java process, such as -Xmx2g.
rem RINGHAUL_CLASSPATH: more jars, such as the driver of a PostgreSQL job store.
setlocal
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
set "CLASS_PATH=%~dp0..\lib\*"
if defined RINGHAUL_CLASSPATH set "CLASS_PATH=%CLASS_PATH%;%RINGHAUL_CLASSPATH%"
"%JAVA%" -XX:+UseParallelGC -XX:GCTimeRatio=12 -Dringhaul.terminal=true ^
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn ^
  -Dorg.slf4j.simpleLogger.showThreadName=false ^
  -Dorg.slf4j.simpleLogger.showShortLogName=true ^
  -Dorg.slf4j.simpleLogger.log.io.netty=error ^
  -Dorg.slf4j.simpleLogger.log.org.eclipse.jetty=error ^
  -Dorg.slf4j.simpleLogger.log.org.apache.iceberg.parquet=off ^
  %RINGHAUL_JAVA_OPTS% -cp "%CLASS_PATH%" io.ringhaul.cli.Main %*
exit /b %ERRORLEVEL%
