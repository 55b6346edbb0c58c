import ArgumentParser
import ConfigFiles
import Foundation
import RunFolders
import Torch
import Training

/// The program: options become a configuration, a configuration becomes a call. Everything it can do, the libraries can.
@main
struct SafeRLHFVProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "safe-rlhf-v",
        abstract: "Make a vision-language model helpful and safe, under a cost limit.",
        discussion: "Example: safe-rlhf-v quickstart --output runs/quickstart",
        version: programVersion,
        subcommands: [
            QuickstartCommand.self, DataCommands.self, AnnotateCommands.self, TrainCommands.self, GenerateCommand.self, ChatCommand.self,
            ModelCommands.self, GuardCommands.self, ServeCommands.self, CheckpointCommands.self, EvalCommands.self,
            DoctorCommand.self,
        ])

    static func main() async {
        Engine.tuneMemory()
        InterruptFlag.install()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
        } catch {
            Failure(error).leave()
        }
    }
}
