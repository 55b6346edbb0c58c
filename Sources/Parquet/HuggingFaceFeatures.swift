/// The schema metadata by which the `datasets` library knows what each column means; it is what makes a struct of
/// bytes and path a picture there.
enum HuggingFaceFeatures {
    static func json(_ schema: ParquetSchema) -> String {
        let features = schema.columns.map { column in
            let feature =
                column.type == .image
                ? #"{"_type": "Image"}"# : #"{"dtype": "\#(dtype(column.type))", "_type": "Value"}"#
            return "\(quoted(column.name)): \(feature)"
        }
        return #"{"info": {"features": {"# + features.joined(separator: ", ") + "}}}"
    }

    private static func dtype(_ type: ColumnType?) -> String {
        type == .double ? "float64" : type?.rawValue ?? "null"
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\u{20}"...: String(scalar)
            default: "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}
