/** Apache Iceberg tables as the target of an export and the source of an import. */
@NullMarked
package io.ringhaul.iceberg;

import org.jspecify.annotations.NullMarked;
