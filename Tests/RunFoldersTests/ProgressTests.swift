import Foundation
import RunFolders
import Testing

@Suite("Progress")
struct ProgressTests {
    /// A clock that is set by hand, and everything that was written.
    private final class Recorder {
        var time = 0.0
        var written: [String] = []

        func output(isTerminal: Bool) -> ProgressOutput {
            ProgressOutput(isTerminal: isTerminal, now: { self.time }, write: { self.written.append($0) })
        }
    }

    @Test("in a pipe is a plain line every few seconds, and one at the end")
    func pipe() {
        let recorder = Recorder()
        let progress = ProgressReporter(
            "training", total: 100, secondsBetweenLines: 10, output: recorder.output(isTerminal: false))
        for step in 1...100 {
            recorder.time = Double(step) / 4
            progress.report(step: step, step == 1 ? [] : [("loss", 1 / 3.0), ("kl", .nan)])
        }
        #expect(
            recorder.written == [
                "training 1/100  4 steps/s  25 s left\n",
                "training 41/100  4 steps/s  15 s left  loss 0.3333  kl nan\n",
                "training 81/100  4 steps/s  5 s left  loss 0.3333  kl nan\n",
                "training 100/100  4 steps/s  25 s in all  loss 0.3333  kl nan\n",
            ])
    }

    @Test("on a terminal rewrites one line, five times a second at most")
    func terminal() {
        let recorder = Recorder()
        let progress = ProgressReporter("data", total: 10, output: recorder.output(isTerminal: true))
        for step in 1...10 {
            recorder.time = Double(step) / 8
            progress.report(step: step)
        }
        #expect(recorder.written.count == 6)
        #expect(recorder.written[0] == "\r\u{1B}[Kdata 1/10  8 steps/s  1 s left")
        #expect(recorder.written[5] == "\r\u{1B}[Kdata 10/10  8 steps/s  1 s in all\n")
    }

    @Test("of a resumed task does not count the steps that were done before")
    func resumed() {
        let recorder = Recorder()
        let progress = ProgressReporter(
            "training", total: 5000, firstStep: 1000, output: recorder.output(isTerminal: false))
        recorder.time = 20
        progress.report(step: 1010)
        #expect(recorder.written == ["training 1010/5000  2 s/step  2 h 13 min left\n"])
    }

    @Test("says nothing of rates before there is one")
    func noRate() {
        let recorder = Recorder()
        let progress = ProgressReporter("data", total: 3, output: recorder.output(isTerminal: false))
        progress.report(step: 0)
        #expect(recorder.written == ["data 0/3\n"])
        recorder.time = 1e-9
        progress.report(step: 3)
        #expect(recorder.written.count == 2)
    }
}

@Suite("Interruptions", .serialized)
struct InterruptFlagTests {
    @Test("are noted instead of ending the process, once or more often", arguments: [SIGTERM, SIGINT, SIGUSR1])
    func signals(number: Int32) {
        InterruptFlag.install()
        for _ in 0..<2 {
            InterruptFlag.lower()
            #expect(!InterruptFlag.isRaised)
            kill(getpid(), number)
            let deadline = ContinuousClock.now + .seconds(10)
            while !InterruptFlag.isRaised, ContinuousClock.now < deadline { usleep(1000) }
            #expect(InterruptFlag.isRaised)
        }
        // Only now, when both have arrived, may the next one end the process again.
        signal(number, SIG_DFL)
        InterruptFlag.lower()
    }
}
