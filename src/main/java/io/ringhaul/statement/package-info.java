/**
 * What a statement is, found from its text, its values and the schema: what may be done with it
 * ({@link io.ringhaul.statement.StatementCatalog}) and how large it is ({@link
 * io.ringhaul.statement.MutationSize}).
 */
@NullMarked
package io.ringhaul.statement;

import org.jspecify.annotations.NullMarked;
