/**
 * CQL types, serialized values, and statements: what a statement does ({@link
 * io.ringhaul.internal.cql.StatementCatalog}) and how large its mutation is ({@link
 * io.ringhaul.internal.cql.MutationSize}).
 */
@NullMarked
package io.ringhaul.internal.cql;

import org.jspecify.annotations.NullMarked;
