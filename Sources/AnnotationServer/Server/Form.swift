import Annotation
import Hummingbird

/// The fields of a form that a browser sent.
struct Form {
    private let fields: [String: String]

    static let byteLimit = 64 << 10

    init(urlEncoded text: String) throws {
        do { fields = try URLEncodedFormDecoder().decode([String: String].self, from: text) } catch {
            throw RequestError.invalid("the form cannot be read")
        }
    }

    func callAsFunction(_ name: String) throws -> String {
        guard let value = fields[name] else { throw RequestError.invalid("the field \(name) is missing") }
        return value
    }

    func integer(_ name: String) throws -> Int {
        guard let value = Int(try self(name)) else { throw RequestError.invalid("\(name) must be a whole number") }
        return value
    }

    func number(_ name: String) throws -> Double {
        guard let value = Double(try self(name)), value.isFinite else { throw RequestError.invalid("\(name) must be a number") }
        return value
    }

    func id(_ name: String) throws -> Int64 { Int64(try integer(name)) }

    func role() throws -> UserRole {
        guard let role = UserRole(rawValue: try self("role")) else { throw RequestError.invalid("there is no such role") }
        return role
    }
}
