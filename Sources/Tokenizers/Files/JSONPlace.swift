import StrictJSON

/// A value in a JSON file together with where it stands, so that every complaint names its place.
struct JSONPlace {
    let file: String
    /// As in `model.vocab["a"]`; empty for the whole file.
    let path: String
    /// Nil when the place is empty.
    let value: JSONValue?

    init(file: String, path: String = "", value: JSONValue?) {
        self.file = file
        self.path = path
        self.value = value
    }

    /// The member `key`, which may be missing. A place that is no object is refused.
    func member(_ key: String) throws(TokenizerError) -> JSONPlace {
        let object = try object()
        return JSONPlace(file: file, path: path.isEmpty ? key : path + "." + key, value: object[key])
    }

    /// Whether there is no value, or null.
    var isNull: Bool { value == nil || value == .null }

    /// The place itself, or nil when it is null or missing.
    var ifPresent: JSONPlace? { isNull ? nil : self }

    func object() throws(TokenizerError) -> JSONObject {
        guard let object = value?.object else { throw mismatch("an object") }
        return object
    }

    func string() throws(TokenizerError) -> String {
        guard let string = value?.string else { throw mismatch("a string") }
        return string
    }

    func bool() throws(TokenizerError) -> Bool {
        guard let bool = value?.bool else { throw mismatch("true or false") }
        return bool
    }

    func integer(in range: Range<Int>) throws(TokenizerError) -> Int {
        guard let integer = value?.integer, range.contains(integer) else {
            throw mismatch("an integer from \(range.lowerBound) to \(range.upperBound - 1)")
        }
        return integer
    }

    /// The elements with their places.
    func elements() throws(TokenizerError) -> [JSONPlace] {
        guard let array = value?.array else { throw mismatch("an array") }
        return array.enumerated().map { index, element in
            JSONPlace(file: file, path: "\(path)[\(index)]", value: element)
        }
    }

    /// The member `type`, which says what the object is.
    func type() throws(TokenizerError) -> String { try member("type").string() }

    func mismatch(_ expected: String) -> TokenizerError {
        .malformed(file: file, path: path.isEmpty ? "the file" : path, found: found, expected: expected)
    }

    /// The complaint that what stands here is not built in.
    func unsupported(known: [String]) -> TokenizerError {
        .unsupported(file: file, path: path, found: found, known: known)
    }

    private var found: String {
        switch value {
        case nil: "nothing"
        case .null?: "null"
        case .bool(let bool)?: "\(bool)"
        case .integer(let integer)?: "\(integer)"
        case .number(let number)?: "\(number)"
        case .string(let string)?: excerpt(string, limit: 200)
        case .array(let array)?: "an array of \(array.count)"
        case .object(let object)?: "an object of \(object.count) members"
        }
    }
}
