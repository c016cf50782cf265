/**
 * CQL types, serialized values and statements: the traits of a statement ({@link
 * io.ringhaul.internal.cql.StatementCatalog}) and the size of its mutation ({@link
 * io.ringhaul.internal.cql.MutationSize}).
 */
@NullMarked
package io.ringhaul.internal.cql;

import org.jspecify.annotations.NullMarked;
