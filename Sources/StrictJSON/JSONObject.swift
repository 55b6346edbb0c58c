/// The members of a JSON object, in the order in which they were written; each key once.
///
/// Keys are compared by their UTF-8 bytes, never by canonical equivalence: a vocabulary may hold both spellings of
/// "é". Finding a key takes constant time.
public struct JSONObject: Sendable {
    /// The members in order.
    public private(set) var members: [(key: String, value: JSONValue)] = []
    private var index = KeyIndex()

    /// An object without members.
    public init() {}

    /// The given members, in this order. A key that occurs twice is a programming mistake and traps.
    public init(_ members: [(String, JSONValue)]) {
        self.members.reserveCapacity(members.count)
        for (key, value) in members {
            precondition(append(key, value), "JSONObject: the key \"\(key)\" occurs twice")
        }
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there are none.
    public var isEmpty: Bool { members.isEmpty }

    /// The keys in order.
    public var keys: [String] { members.map(\.key) }

    /// The value of `key`, or nil. Assigning replaces the value in its place, or appends a member; assigning nil
    /// removes the member (in time proportional to the object).
    public subscript(key: String) -> JSONValue? {
        get { index.position(of: key, in: members).map { members[$0].value } }
        set {
            switch (index.position(of: key, in: members), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// Appends a member unless the key is already there; says whether it did.
    @discardableResult
    mutating func append(_ key: String, _ value: JSONValue) -> Bool {
        guard index.position(of: key, in: members) == nil else { return false }
        members.append((key, value))
        index.insertLast(of: members)
        return true
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        index = KeyIndex(of: members)
    }
}

extension JSONObject: Equatable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count
            && zip(left.members, right.members).allSatisfy { sameBytes($0.key, $1.key) && $0.value == $1.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members in the order written. Writing a key twice is a programming mistake and traps.
    public init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }
}
