package io.ringhaul.exceptions;

/** A setting of a request is out of bounds, does not parse, or contradicts another one. */
public class InvalidSettingException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final String setting;

  /**
   * @param setting the setting's name, as its builder method is called
   * @param message one sentence that names the setting and what it accepts; it may begin with the
   *     setting's name, and hold others as {@linkplain Setting#mark() marks}
   */
  public InvalidSettingException(String setting, String message) {
    super(Setting.markSubject(setting, message));
    this.setting = setting;
  }

  /** The name of the setting, as its builder method is called. */
  public String setting() {
    return setting;
  }
}
