import Foundation
import Statistics
import Testing

/// By law: however a run was cut up, it ends with the bits of the run that nobody disturbed.
@Suite("A run that is killed or stopped", .serialized)
struct KillTests {
    let world: SmallWorld
    let undisturbed: Undisturbed
    let folder: TemporaryFolder

    init() throws {
        (world, undisturbed) = (try SmallWorld.shared.get(), try Undisturbed.shared.get())
        folder = try TemporaryFolder()
    }

    /// SIGKILL at twenty moments, most of them so early that a run is killed again and again on its way.
    @Test("goes on to the same state and the same log after twenty kills at random moments")
    func kills() throws {
        var random = SeededGenerator(seed: 20)
        var (kills, runs) = (0, 0)
        while kills < 20 || runs == 0 {
            runs += 1
            let run = SmallRun(world: world, output: folder("run-\(runs)"))
            var isFirst = true
            while true {
                let program = try Program.start(run.arguments(resuming: !isFirst))
                isFirst = false
                let recorded = run.loggedSteps
                if kills < 20 {
                    usleep(UInt32((0.05 + 0.3 * random.unit()) * undisturbed.seconds * 1e6))
                    program.send(SIGKILL)
                }
                let result = try program.result()
                #expect(!result.errors.contains("damaged"), "\(result.errors)")
                if let resumed = try resumedStep(result.errors) {
                    #expect(resumed >= recorded - SmallRun.stepsBetweenSaves, "\(recorded) steps were logged, resumed after \(resumed)")
                }
                if result.ending == .signal(SIGKILL) {
                    kills += 1
                    continue
                }
                try #require(result.ending == .exit(0), "\(result.errors)")
                break
            }
            #expect(try run.digest() == undisturbed.digest)
            #expect(try run.metrics() == undisturbed.metrics)
        }
    }

    @Test("saves and leaves with 75 when asked to stop, and goes on to the same state", arguments: [SIGTERM, SIGINT, SIGUSR1])
    func signals(signal: Int32) throws {
        let run = SmallRun(world: world, output: folder("run"))
        for (stop, isResumed) in [(4, false), (13, true)] {
            let program = try Program.start(run.arguments(resuming: isResumed))
            run.wait(forStep: stop, of: program)
            program.send(signal)
            // Asking again while it saves changes nothing.
            usleep(1000)
            program.send(signal)
            let result = try program.result()
            try #require(result.ending == .exit(75), "\(result.errors)")
            #expect(result.errors.contains("continue with --resume --output \(run.output.path)"), "\(result.errors)")
            let saved = try Program.run(["checkpoint", "verify", run.checkpoint(run.loggedSteps).path])
            #expect(saved.ending == .exit(0), "the last logged step is saved: \(saved.errors)")
        }
        let result = try Program.run(run.arguments(resuming: true))
        try #require(result.ending == .exit(0), "\(result.errors)")
        #expect(try run.digest() == undisturbed.digest)
        #expect(try run.metrics() == undisturbed.metrics)
    }

    @Test("that is asked to stop while it loads leaves with 75, or had not begun")
    func signalsWhileLoading() throws {
        var random = SeededGenerator(seed: 21)
        let run = SmallRun(world: world, output: folder("run"))
        for _ in 0..<4 {
            let program = try Program.start(run.arguments(resuming: true))
            usleep(UInt32(random.below(400_000)))
            program.send(SIGTERM)
            let result = try program.result()
            let hadNotBegun = result.ending == .signal(SIGTERM) && result.errors.isEmpty
            #expect(result.ending == .exit(75) || hadNotBegun, "\(result)")
        }
        #expect(try Program.run(run.arguments(resuming: true)).ending == .exit(0))
        #expect(try run.digest() == undisturbed.digest)
    }

    @Test("whose checkpoint does not fit on the disk leaves with 74, keeps the checkpoint before, and goes on")
    func noSpace() throws {
        let run = SmallRun(world: world, output: folder("run"))
        let first = try Program.start(run.arguments())
        run.wait(forStep: 4, of: first)
        first.send(SIGTERM)
        #expect(try first.result().ending == .exit(75))
        let saved = run.loggedSteps

        // Files may not grow beyond 4 KiB, which a checkpoint's do; the error stream is one of them.
        let full = try Program.run(after: "trap '' XFSZ; ulimit -f 8", run.arguments(resuming: true))
        #expect(full.ending == .exit(74), "\(full.errors)")
        #expect(full.errors.contains("cannot write") && full.errors.contains("File too large"), "\(full.errors)")
        #expect(try Program.run(["checkpoint", "verify", run.checkpoint(saved).path]).ending == .exit(0))

        #expect(try Program.run(run.arguments(resuming: true)).ending == .exit(0))
        #expect(try run.digest() == undisturbed.digest)
    }

    /// From "resuming after step 12"; `nil` when the run began anew or was killed before it could say.
    private func resumedStep(_ errors: String) throws -> Int? {
        errors.firstMatch(of: /resuming after step (\d+)/).flatMap { Int($0.1) }
    }
}
