// swift-tools-version: 6.1
import PackageDescription

// The tokenizer alone, without LibTorch: what it is made of is linked from the package above.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "tokenizer-benchmark",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "DurableFiles", swiftSettings: settings),
        .target(name: "StrictJSON", swiftSettings: settings),
        .target(name: "Conversations", swiftSettings: settings),
        .target(name: "GGUF", dependencies: ["DurableFiles"], swiftSettings: settings),
        .target(
            name: "Tokenizers", dependencies: ["Conversations", "StrictJSON", "DurableFiles", "GGUF"], swiftSettings: settings),
        .executableTarget(
            name: "TokenizerBenchmark", dependencies: ["DurableFiles", "GGUF", "Tokenizers"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
