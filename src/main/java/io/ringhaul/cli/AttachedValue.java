package io.ringhaul.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Lets an option whose value may be left out take one only after an equals sign: else it would
 * swallow the table's name behind it.
 */
final class AttachedValue implements IParameterPreprocessor {

  // The signature is picocli's.
  @SuppressWarnings("JdkObsolete")
  @Override
  public boolean preprocess(
      Stack<String> arguments, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
    if (" ".equals(info.get("separator")) && argument instanceof OptionSpec option) {
      arguments.push(option.fallbackValue());
    }
    return false;
  }
}
