package import StrictJSON

/// Parameters of a request; null counts as left out.
extension JSONObject {
    package func flag(_ key: String) throws(WireError) -> Bool {
        guard let value = self[key], !value.isNull else { return false }
        guard let flag = value.bool else {
            throw WireError.badRequest("\(key) must be true or false, found \(value.kind)", param: key)
        }
        return flag
    }

    package func integer(_ key: String, in range: ClosedRange<Int>) throws(WireError) -> Int? {
        guard let value = self[key], !value.isNull else { return nil }
        // note: 2.0 is an integer in JSON Schema's sense
        guard let number = value.number.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            throw WireError.badRequest(
                "\(key) must be an integer from \(range.lowerBound) to \(range.upperBound)", param: key)
        }
        return number
    }

    /// Whether a stream shall end with a chunk of token counts.
    package func includesUsage() throws(WireError) -> Bool {
        guard let options = self["stream_options"], !options.isNull else { return false }
        guard let object = options.object else {
            throw WireError.badRequest("stream_options must be an object", param: "stream_options")
        }
        return try object.flag("include_usage")
    }
}
