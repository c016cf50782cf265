package io.ringhaul.exceptions;

/** A setting of a request is out of bounds, does not parse, or contradicts another setting. */
public class InvalidSettingException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final String setting;

  /**
   * @param setting the name of the setting's builder method
   * @param message one sentence that names the setting and its valid values; it may begin with the
   *     setting's name, and hold other settings as {@linkplain Setting#mark() marks}
   */
  public InvalidSettingException(String setting, String message) {
    super(Setting.markSubject(setting, message));
    this.setting = setting;
  }

  /** The name of the setting's builder method. */
  public String setting() {
    return setting;
  }
}
