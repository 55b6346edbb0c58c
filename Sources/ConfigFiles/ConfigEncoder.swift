extension ConfigTree {
    /// The tree of a configuration: its properties in the order of declaration.
    init(encoding config: some Encodable) throws {
        let slot = EncodingSlot()
        try slot.encode(config)
        self = slot.tree
    }
}

/// A place in the tree that is being written.
private final class EncodingSlot {
    private enum Content {
        case empty
        case scalar(String, ConfigTree.Kind)
        case members([(key: String, slot: EncodingSlot)])
        case elements([EncodingSlot])
    }

    private var content = Content.empty
    private var keys = ConfigTree.KeyRule.fixed
    private var isUnordered = false

    func encode(_ value: some Encodable) throws {
        if let scalar = value as? any ConfigScalar {
            guard let written = scalar.configScalar else {
                throw EncodingError.invalidValue(value, .init(codingPath: [], debugDescription: "NaN is not a setting"))
            }
            content = .scalar(written.text, written.kind)
            return
        }
        switch Mirror(reflecting: value).displayStyle {
        case .dictionary: (keys, isUnordered) = (.free, true)
        case .enum: keys = .choice
        case .set: isUnordered = true
        default: break
        }
        try value.encode(to: ConfigEncoder(slot: self))
    }

    func encodeNothing() { content = .scalar("", .nothing) }

    func member(_ key: any CodingKey) -> EncodingSlot {
        let slot = EncodingSlot()
        beginSection()
        if case .members(let members) = content { content = .members(members + [(key.stringValue, slot)]) }
        return slot
    }

    func element() -> EncodingSlot {
        let slot = EncodingSlot()
        beginList()
        if case .elements(let elements) = content { content = .elements(elements + [slot]) }
        return slot
    }

    func beginSection() {
        if case .members = content { return }
        content = .members([])
    }

    func beginList() {
        if case .elements = content { return }
        content = .elements([])
    }

    var elementCount: Int {
        if case .elements(let elements) = content { elements.count } else { 0 }
    }

    var tree: ConfigTree {
        switch content {
        case .empty: ConfigTree(.section([], keys: keys))
        case .scalar(let text, let kind): ConfigTree(.scalar(text, kind))
        case .members(let members):
            ConfigTree(
                .section(
                    (isUnordered ? members.sorted { $0.key < $1.key } : members).map { ($0.key, $0.slot.tree) },
                    keys: keys))
        case .elements(let elements):
            ConfigTree(
                .list(isUnordered ? elements.map(\.tree).sorted { $0.yaml() < $1.yaml() } : elements.map(\.tree)))
        }
    }
}

private struct ConfigEncoder: Encoder {
    let slot: EncodingSlot
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.beginSection()
        return KeyedEncodingContainer(Members(slot: slot))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.beginList()
        return Elements(slot: slot)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(slot: slot) }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: EncodingSlot
    let codingPath: [any CodingKey] = []

    mutating func encodeNil(forKey key: Key) { slot.member(key).encodeNothing() }
    mutating func encode(_ value: some Encodable, forKey key: Key) throws { try slot.member(key).encode(value) }

    mutating func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> {
        ConfigEncoder(slot: slot.member(key)).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ConfigEncoder(slot: slot.member(key)).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { ConfigEncoder(slot: slot) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { ConfigEncoder(slot: slot.member(key)) }
}

private struct Elements: UnkeyedEncodingContainer {
    let slot: EncodingSlot
    let codingPath: [any CodingKey] = []
    var count: Int { slot.elementCount }

    mutating func encodeNil() { slot.element().encodeNothing() }
    mutating func encode(_ value: some Encodable) throws { try slot.element().encode(value) }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        ConfigEncoder(slot: slot.element()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ConfigEncoder(slot: slot.element()).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { ConfigEncoder(slot: slot.element()) }
}

private struct Single: SingleValueEncodingContainer {
    let slot: EncodingSlot
    let codingPath: [any CodingKey] = []

    mutating func encodeNil() { slot.encodeNothing() }
    mutating func encode(_ value: some Encodable) throws { try slot.encode(value) }
}
