package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.data.UdtValue;
import com.datastax.oss.driver.api.core.detach.AttachmentPoint;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import java.util.List;

/**
 * A user-defined type without a cluster; the driver's API creates such types only from a schema.
 */
public record TestUserType(
    CqlIdentifier name, List<CqlIdentifier> fieldNames, List<DataType> fieldTypes)
    implements UserDefinedType {

  public static TestUserType of(String name, List<String> fieldNames, List<DataType> fieldTypes) {
    return new TestUserType(
        CqlIdentifier.fromInternal(name),
        fieldNames.stream().map(CqlIdentifier::fromInternal).toList(),
        fieldTypes);
  }

  @Override
  public CqlIdentifier getKeyspace() {
    return CqlIdentifier.fromInternal("ks");
  }

  @Override
  public CqlIdentifier getName() {
    return name;
  }

  @Override
  public boolean isFrozen() {
    return true;
  }

  @Override
  public List<CqlIdentifier> getFieldNames() {
    return fieldNames;
  }

  @Override
  public List<DataType> getFieldTypes() {
    return fieldTypes;
  }

  @Override
  public int firstIndexOf(CqlIdentifier id) {
    return fieldNames.indexOf(id);
  }

  @Override
  public int firstIndexOf(String fieldName) {
    return fieldNames.indexOf(CqlIdentifier.fromCql(fieldName));
  }

  @Override
  public UserDefinedType copy(boolean newFrozen) {
    return this;
  }

  @Override
  public UdtValue newValue() {
    throw new UnsupportedOperationException();
  }

  @Override
  public UdtValue newValue(Object... fields) {
    throw new UnsupportedOperationException();
  }

  @Override
  public AttachmentPoint getAttachmentPoint() {
    return AttachmentPoint.NONE;
  }

  @Override
  public boolean isDetached() {
    return true;
  }

  @Override
  public void attach(AttachmentPoint attachmentPoint) {}
}
