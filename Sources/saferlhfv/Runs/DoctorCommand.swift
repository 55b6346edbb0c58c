import ArgumentParser
import Foundation
import Torch

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what this machine and this build offer.",
        discussion: "Example: safe-rlhf-v doctor")

    func run() throws {
        print("LibTorch      \(Engine.version)")
        print("CUDA devices  \(Device.cudaCount)")
        print("threads       \(Engine.threadCount) of \(ProcessInfo.processInfo.activeProcessorCount) cores")
        print("memory        \(ProcessInfo.processInfo.physicalMemory / 1_048_576) MiB")
        print("fast float32  \(try Engine.useFastFloat32Products() ? "yes: as exact as the default here" : "no: kept off")")
    }
}
