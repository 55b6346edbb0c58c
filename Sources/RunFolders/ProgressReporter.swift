import Foundation

/// Where progress is written, and the clock that it is measured by.
public struct ProgressOutput {
    /// Whether a line can be written over.
    public var isTerminal: Bool
    /// Seconds on a clock that never goes back.
    public var now: () -> Double
    public var write: (String) -> Void

    public init(isTerminal: Bool, now: @escaping () -> Double, write: @escaping (String) -> Void) {
        self.isTerminal = isTerminal
        self.now = now
        self.write = write
    }

    /// The process's own error stream.
    public static var standardError: ProgressOutput {
        let start = ContinuousClock.now
        return ProgressOutput(
            isTerminal: isatty(STDERR_FILENO) == 1, now: { (ContinuousClock.now - start) / .seconds(1) },
            write: { FileHandle.standardError.write(Data($0.utf8)) })
    }
}

/// Says how far a long task is: one line that rewrites itself on a terminal, plain lines every few seconds in a pipe.
public final class ProgressReporter {
    private let title: String
    private let total: Int
    private let firstStep: Int
    private let output: ProgressOutput
    private let secondsBetweenLines: Double
    private let started: Double
    private var lastSaid = -Double.infinity

    /// - Parameters:
    ///   - total: steps of the whole task.
    ///   - firstStep: steps that were already done when it went on; they do not count for the rate.
    ///   - secondsBetweenLines: in a pipe; a terminal is refreshed five times a second at most.
    public init(
        _ title: String, total: Int, firstStep: Int = 0, secondsBetweenLines: Double = 10,
        output: ProgressOutput = .standardError
    ) {
        self.title = title
        self.total = total
        self.firstStep = firstStep
        self.secondsBetweenLines = secondsBetweenLines
        self.output = output
        started = output.now()
    }

    /// Says that `step` steps are done, with a few of the task's numbers; says nothing when it has just said something,
    /// except for the last step.
    public func report(step: Int, _ numbers: [(name: String, value: Double)] = []) {
        let time = output.now()
        let isLast = step >= total
        guard isLast || time - lastSaid >= (output.isTerminal ? 0.2 : secondsBetweenLines) else { return }
        lastSaid = time

        let seconds = time - started
        let done = Double(step - firstStep)
        var parts = ["\(title) \(step)/\(total)"]
        if done > 0, seconds > 0 {
            parts.append(rate(done / seconds))
            parts.append(
                isLast ? "\(duration(seconds)) in all" : "\(duration(seconds / done * Double(total - step))) left")
        }
        parts += numbers.map { "\($0.name) \(short($0.value))" }
        write(parts.joined(separator: "  "), isLast: isLast)
    }

    private func write(_ line: String, isLast: Bool) {
        let eraseLine = "\r\u{1B}[K"
        output.write(output.isTerminal ? eraseLine + line + (isLast ? "\n" : "") : line + "\n")
    }

    /// "12.5 steps/s", or "3.2 s/step" when a step takes longer than a second.
    private func rate(_ perSecond: Double) -> String {
        perSecond >= 1 ? "\(short(perSecond)) steps/s" : "\(short(1 / perSecond)) s/step"
    }

    /// "42 s", "3 min 5 s", "2 h 10 min".
    private func duration(_ seconds: Double) -> String {
        guard seconds < 1e8 else { return "years" }
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }

    /// Four significant digits.
    private func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        return String(format: "%.4g", value)
    }
}
