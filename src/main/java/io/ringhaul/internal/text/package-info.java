/**
 * Converts serialized CQL values to UTF-8 text and back. The forms are those of DSBulk where these
 * are lossless, so that each tool reads the files of the other.
 *
 * <table>
 * <caption>The forms</caption>
 * <tr><th>CQL</th><th>plain text</th><th>in JSON</th></tr>
 * <tr><td>ascii, text</td><td>itself</td><td>string</td></tr>
 * <tr><td>tinyint to bigint, counter, varint</td><td>{@code -12}</td><td>number</td></tr>
 * <tr><td>decimal</td><td>{@code 1.10}, {@code 1E+3}</td>
 *   <td>number; string beyond a double's range</td></tr>
 * <tr><td>float, double</td><td>{@code 1.0E10}, {@code -0.0}, {@code NaN}, {@code -Infinity}</td>
 *   <td>number; string for NaN and the infinities</td></tr>
 * <tr><td>boolean</td><td>{@code true}</td><td>true</td></tr>
 * <tr><td>blob</td><td>Base64; see {@link io.ringhaul.json.BlobForm}</td><td>string</td></tr>
 * <tr><td>timestamp</td><td>{@code 2020-01-31T10:00:00.500Z}</td><td>string</td></tr>
 * <tr><td>date</td><td>{@code 2020-01-31}, {@code +5881580-07-11}</td><td>string</td></tr>
 * <tr><td>time</td><td>{@code 10:00:00.000000001}</td><td>string</td></tr>
 * <tr><td>duration</td><td>{@code 1y2mo3d4h5m6s7ms8us9ns}, {@code 0s}</td><td>string</td></tr>
 * <tr><td>inet, uuid, timeuuid</td><td>{@code ::1}</td><td>string</td></tr>
 * <tr><td>list, set, vector, tuple</td><td>JSON</td><td>array</td></tr>
 * <tr><td>map</td><td>JSON</td><td>object; each name is the plain text of a key</td></tr>
 * <tr><td>user-defined type</td><td>JSON</td><td>object by field name, null for a null field</td></tr>
 * </table>
 *
 * <p>In plain text and in keys of maps, collections, tuples and user-defined types are JSON.
 * Decimals in them are strings there, because DSBulk reads the numbers as doubles.
 */
@NullMarked
package io.ringhaul.internal.text;

import org.jspecify.annotations.NullMarked;
