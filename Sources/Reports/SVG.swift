/// The marks that charts are drawn with, as SVG text.
enum SVG {
    /// One colour per policy, readable on light and dark ground and by people who do not tell red from green.
    static let palette = ["#7f7f7f", "#d98200", "#0072b2", "#b3589a", "#009e73", "#c14a30", "#56b4e9"]

    static func colour(_ index: Int) -> String { palette[index % palette.count] }

    static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ attributes: String) -> String {
        "<line x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\" \(attributes)/>"
    }

    static func text(_ x: Double, _ y: Double, _ words: String, _ attributes: String = "") -> String {
        "<text x=\"\(n(x))\" y=\"\(n(y))\" \(attributes)>\(escaped(words))</text>"
    }

    static func path(_ points: [(x: Double, y: Double)], _ attributes: String) -> String {
        let steps = points.enumerated().map { "\($0 == 0 ? "M" : "L")\(n($1.x)) \(n($1.y))" }.joined(separator: " ")
        return "<path d=\"\(steps)\" fill=\"none\" \(attributes)/>"
    }

    static func circle(_ x: Double, _ y: Double, _ radius: Double, _ attributes: String) -> String {
        "<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" \(attributes)/>"
    }

    static func figure(width: Int, height: Int, title: String, _ marks: [String]) -> String {
        "<svg viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(escaped(title))\">\(marks.joined())</svg>"
    }

    private static func n(_ value: Double) -> String { decimal(value, 1).replacing("−", with: "-") }
}

/// Text that stands for itself in HTML and SVG, also between quotation marks; control and direction marks are shown.
func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        case "\"": "&quot;"
        case "'": "&#39;"
        case "\n": "\n"
        case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
            "\u{FFFD}"
        default: String(scalar)
        }
    }.joined()
}
