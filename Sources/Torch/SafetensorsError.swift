/// A weights file that cannot be read: which file, where in it, and why.
public struct SafetensorsError: Error, Equatable {
    public var file: String
    /// `header`, or the name of a tensor.
    public var place: String
    public var reason: String

    public init(file: String, place: String, reason: String) { (self.file, self.place, self.reason) = (file, place, reason) }
}

extension SafetensorsError: CustomStringConvertible {
    public var description: String { "\(file), \(place): \(reason)" }
}
