package import StrictJSON

/// The object that a row of JSON is.
///
/// - Parameters:
///   - bytes: `nil` for a row larger than allowed, which was passed over unread.
///   - column: what the error calls the row: "the line", "the record".
package func rowObject(
    _ bytes: [UInt8]?, byteCount: Int, _ limits: JSONLimits, column: String, at position: RowPosition
) throws(RowError) -> JSONObject {
    let found: String
    if let bytes {
        do throws(JSONError) {
            let value = try JSONValue(parsing: bytes, limits: limits)
            if let object = value.object { return object }
            found = "JSON of kind \(value.kind)"
        } catch {
            found = "no JSON: column \(error.column): \(error.reason)"
        }
    } else {
        found = "\(byteCount) bytes"
    }
    throw RowError(
        .unreadableLine, at: position, column: column, found: found,
        expected: "one JSON object of at most \(limits.maximumBytes) bytes")
}
