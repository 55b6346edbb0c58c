/// Text on its way to ids, and which of its bytes are content: written by a person, never part of a control token.
struct MarkedText: Sendable, Equatable {
    /// Which bytes are content.
    enum Marks: Sendable, Equatable {
        case none, all
        /// One flag a byte.
        case some([Bool])
    }

    /// Valid UTF-8.
    var bytes: [UInt8]
    var marks: Marks

    /// Whether any byte of `range` is content.
    func isContent(_ range: Range<Int>) -> Bool {
        switch marks {
        case .none: false
        case .all: true
        case .some(let flags): flags[range].contains(true)
        }
    }

    subscript(range: Range<Int>) -> MarkedText {
        switch marks {
        case .none, .all: MarkedText(bytes: Array(bytes[range]), marks: marks)
        case .some(let flags): MarkedText(bytes: Array(bytes[range]), marks: .some(Array(flags[range])))
        }
    }
}
