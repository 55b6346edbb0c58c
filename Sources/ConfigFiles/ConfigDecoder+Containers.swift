extension ConfigDecoder: Decoder {
    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .section = tree.content else { throw mismatch(tree, expected: "a section") }
        return KeyedDecodingContainer(Members<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { Elements(elements: try elements()) }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }
}

private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ConfigDecoder
    let codingPath: [any CodingKey] = []

    var allKeys: [Key] { decoder.tree.members.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { decoder.tree[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try decoder.member(key).tree.isNothing }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder.member(key).value(type)
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Inner> {
        try decoder.member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder.member(key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder.member(key) }
}

private struct Elements: UnkeyedDecodingContainer {
    let elements: [ConfigDecoder]
    let codingPath: [any CodingKey] = []
    private(set) var currentIndex = 0

    init(elements: [ConfigDecoder]) { self.elements = elements }

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() throws -> Bool {
        guard try current().tree.isNothing else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().value(type) }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }

    private func current() throws -> ConfigDecoder {
        guard currentIndex < elements.count else {
            throw ConfigDecoder.Problem(sentence: "the list has only \(elements.count) elements")
        }
        return elements[currentIndex]
    }

    private mutating func next() throws -> ConfigDecoder {
        defer { currentIndex += 1 }
        return try current()
    }
}

private struct Single: SingleValueDecodingContainer {
    let decoder: ConfigDecoder
    let codingPath: [any CodingKey] = []

    func decodeNil() -> Bool { decoder.tree.isNothing }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.value(type) }
}
