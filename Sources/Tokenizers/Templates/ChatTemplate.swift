public struct ChatTemplate: Sendable { public let source: String; public init(source: String) throws { self.source = source } }
