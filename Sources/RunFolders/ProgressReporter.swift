import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where progress is written, and the clock it is measured by.
public struct ProgressOutput {
    public var isTerminal: Bool
    /// Seconds on a clock that never goes back.
    public var now: () -> Double
    public var write: (String) -> Void

    public init(isTerminal: Bool, now: @escaping () -> Double, write: @escaping (String) -> Void) {
        (self.isTerminal, self.now, self.write) = (isTerminal, now, write)
    }

    /// The process's own error stream.
    public static var standardError: ProgressOutput {
        ProgressOutput(
            isTerminal: isatty(STDERR_FILENO) == 1, now: { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 },
            write: { FileHandle.standardError.write(Data($0.utf8)) })
    }
}

/// Says how far a long task is: one line that rewrites itself on a terminal, a plain line every few seconds in a pipe.
public final class ProgressReporter {
    private let title: String
    private let total: Int
    private let output: ProgressOutput
    private let started: Double
    private let firstStep: Int
    private var lastSaid = -Double.infinity

    /// - Parameter firstStep: where a resumed task goes on; it does not count for the rate.
    public init(_ title: String, total: Int, firstStep: Int = 0, output: ProgressOutput = .standardError) {
        (self.title, self.total, self.firstStep, self.output) = (title, total, firstStep, output)
        started = output.now()
    }

    /// Says where the task is, with a few of its numbers; drops the line when the last one is too recent.
    public func report(step: Int, _ numbers: [(name: String, value: Double)] = []) {
        let time = output.now()
        let isLast = step >= total
        guard isLast || time - lastSaid >= (output.isTerminal ? 0.2 : 10) else { return }
        lastSaid = time
        let rate = Double(step - firstStep) / max(time - started, 1e-9)
        let left = rate > 0 ? Double(total - step) / rate : 0
        let shown = numbers.map { "\($0.name) \(short($0.value))" }
        let parts = ["\(title) \(step)/\(total)", "\(short(rate))/s", isLast ? "\(clock(time - started)) in all" : "\(clock(left)) left"] + shown
        let line = parts.joined(separator: "  ")
        output.write(output.isTerminal ? "\r\u{1B}[K" + line + (isLast ? "\n" : "") : line + "\n")
    }

    private func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 359_999))
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }

    private func short(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
        return "\((value * 1000).rounded() / 1000)"
    }
}
