// swift-tools-version: 6.1
import PackageDescription

// Native libraries: `scripts/setup` puts them under .native/; LIBTORCH names another LibTorch (include/ and lib/ inside).
let native = Context.packageDirectory + "/.native"
let torch = Context.environment["LIBTORCH"] ?? native + "/torch"
let arrow = native + "/pyarrow"

#if os(macOS)
    let arrowLibraries = [arrow + "/libarrow.2600.dylib", arrow + "/libparquet.2600.dylib"]
    let homebrew = ["/opt/homebrew", "/usr/local"]
#else
    let arrowLibraries = [arrow + "/libarrow.so.2600", arrow + "/libparquet.so.2600"]
    let homebrew: [String] = []
#endif

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.init(stringLiteral: name)] + dependencies, swiftSettings: settings)
}

let package = Package(
    name: "safe-rlhf-v",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "safe-rlhf-v", targets: ["saferlhfv"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C and C++: what Swift cannot reach by itself.
        .target(
            name: "CTorch",
            cxxSettings: [
                .unsafeFlags([
                    "-isystem", torch + "/include", "-isystem", torch + "/include/torch/csrc/api/include", "-O2",
                ])
            ],
            linkerSettings: [
                .unsafeFlags([
                    "-L" + torch + "/lib", "-Xlinker", "-rpath", "-Xlinker", torch + "/lib", "-Xlinker", "--no-as-needed",
                ]),
                .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
            ]),
        .target(
            name: "CArrow",
            cxxSettings: [.unsafeFlags(["-isystem", arrow + "/include", "-O2"])],
            linkerSettings: [.unsafeFlags(arrowLibraries + ["-Xlinker", "-rpath", "-Xlinker", arrow])]),
        .target(
            name: "CImageCodecs",
            cSettings: [.unsafeFlags(homebrew.flatMap { ["-I" + $0 + "/include"] })],
            linkerSettings: [
                .unsafeFlags(homebrew.map { "-L" + $0 + "/lib" }),
                .linkedLibrary("png16"), .linkedLibrary("turbojpeg"), .linkedLibrary("webp"),
            ]),

        // Values: no tensors.
        target("DurableFiles"),
        target("StrictJSON"),
        target("Statistics"),
        target("Agreement", ["Statistics", "StrictJSON", "DurableFiles"]),
        target("ConfigFiles", ["Yams"]),
        target(
            "RunFolders", ["DurableFiles", "StrictJSON", "ConfigFiles", .product(name: "Crypto", package: "swift-crypto")]),
        target("Conversations"),
        target("ImageProcessing", ["CImageCodecs", "StrictJSON"]),
        target("GGUF", ["DurableFiles"]),
        target("Tokenizers", ["Conversations", "StrictJSON", "DurableFiles", "GGUF"]),
        target("Parquet", ["CArrow", "DurableFiles"]),
        target(
            "PreferenceData",
            ["Conversations", "Parquet", "StrictJSON", "DurableFiles", .product(name: "Crypto", package: "swift-crypto")]),
        target("DataFormats", ["PreferenceData", "Conversations", "ImageProcessing", "Parquet", "StrictJSON", "DurableFiles"]),
        target("DataAudits", ["PreferenceData", "Conversations", "ImageProcessing", "StrictJSON", "DurableFiles"]),
        target(
            "EmbeddedWorld", ["PreferenceData", "Conversations", "ImageProcessing", "DurableFiles"],
            resources: [.copy("Pictures")]),
        target("Reports", ["Statistics", "StrictJSON"]),
        target(
            "SafetyPolicies",
            ["Conversations", "ConfigFiles", "DurableFiles", "Yams", .product(name: "Crypto", package: "swift-crypto")],
            resources: [.copy("Resources/default-policy.yaml")]),
        target(
            "Guardrails",
            ["SafetyPolicies", "Conversations", "ImageProcessing", .product(name: "Crypto", package: "swift-crypto")]),

        // Server: HTTP, and no tensors either.
        target(
            "ChatServers",
            [
                "Guardrails", "Conversations", "ImageProcessing", "StrictJSON",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        target(
            "Gateway",
            [
                "ChatServers", "Guardrails", "SafetyPolicies", "Conversations", "StrictJSON", "DurableFiles", "ConfigFiles",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("ServedFiles")]),

        target(
            "DatasetBuilding",
            [
                "EmbeddedWorld", "PreferenceData", "Conversations", "ImageProcessing", "Statistics", "StrictJSON", "DurableFiles",
                "ConfigFiles", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        target(
            "Annotation",
            [
                "Agreement", "PreferenceData", "SafetyPolicies", "Conversations", "ImageProcessing", "StrictJSON", "DurableFiles", "ConfigFiles",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        target(
            "AnnotationServer",
            [
                "Agreement", "Annotation", "Statistics", "PreferenceData", "SafetyPolicies", "Conversations", "StrictJSON", "DurableFiles",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("ServedFiles")]),

        target(
            "DatasetHubs",
            [
                "ConfigFiles", "DurableFiles", "StrictJSON", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),

        // Tensors.
        target("Torch", ["CTorch", "DurableFiles", "StrictJSON", "GGUF"]),
        target("TorchNN", ["Torch"]),
        target("Alignment", ["Torch", "ConfigFiles"]),
        target(
            "VisionLanguageModels",
            ["Torch", "TorchNN", "Tokenizers", "ImageProcessing", "Conversations", "StrictJSON", "DurableFiles", "GGUF"]),
        target("Generation", ["Torch", "TorchNN", "VisionLanguageModels"]),
        target("ModelServing", ["Torch", "Generation", "VisionLanguageModels", "Tokenizers", "ImageProcessing", "Conversations"]),
        target(
            "ModelServer",
            [
                "ModelServing", "ChatServers", "Guardrails", "Generation", "Conversations", "StrictJSON", "ConfigFiles",
                .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        target(
            "Training",
            [
                "Alignment", "Generation", "VisionLanguageModels", "TorchNN", "Torch", "PreferenceData", "Conversations",
                "Tokenizers", "ConfigFiles", "RunFolders", "DurableFiles", "StrictJSON", "Statistics", "ImageProcessing",
            ]),
        target(
            "Evaluation",
            [
                "Training", "Generation", "TorchNN", "VisionLanguageModels", "PreferenceData", "Conversations", "EmbeddedWorld",
                "Reports", "Statistics", "StrictJSON", "Torch",
            ]),
        target(
            "NeuralGuards",
            [
                "Guardrails", "SafetyPolicies", "Evaluation", "Training", "Generation", "VisionLanguageModels", "Torch", "PreferenceData",
                "Conversations", "EmbeddedWorld", "Reports", "RunFolders", "Statistics", "StrictJSON",
            ]),
        target(
            "Quickstart",
            [
                "Alignment", "ConfigFiles", "Conversations", "DurableFiles", "EmbeddedWorld", "Evaluation", "Generation",
                "Guardrails", "ImageProcessing", "NeuralGuards", "Parquet", "PreferenceData", "Reports", "RunFolders",
                "SafetyPolicies", "Statistics", "StrictJSON", "Tokenizers", "Torch", "TorchNN", "Training", "VisionLanguageModels",
            ]),
        .executableTarget(
            name: "saferlhfv",
            dependencies: [
                "Agreement", "Alignment", "Annotation", "AnnotationServer", "ChatServers", "ConfigFiles", "Conversations",
                "DataAudits", "DataFormats", "DatasetBuilding", "DatasetHubs", "DurableFiles", "EmbeddedWorld", "Evaluation", "GGUF",
                "Gateway", "Generation", "Guardrails", "ImageProcessing", "ModelServer", "ModelServing", "NeuralGuards", "Parquet",
                "PreferenceData", "Quickstart", "Reports",
                "RunFolders", "SafetyPolicies", "StrictJSON", "Tokenizers", "Torch", "TorchNN", "Training",
                "VisionLanguageModels", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),

        // What tests meet: other programs, servers on this machine.
        .target(
            name: "TestPeers",
            dependencies: [
                "StrictJSON", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], path: "Tests/Peers", swiftSettings: settings),

        tests("Conversations", []),
        tests("StrictJSON", []),
        tests("DurableFiles", []),
        tests("Statistics", ["StrictJSON"]),
        tests("Agreement", ["Statistics", "StrictJSON", "DurableFiles"]),
        tests("ConfigFiles", []),
        tests("RunFolders", ["DurableFiles", "StrictJSON", "ConfigFiles"]),
        tests("ImageProcessing", ["StrictJSON"]),
        tests("GGUF", ["DurableFiles", "StrictJSON"]),
        tests("Tokenizers", ["Conversations", "StrictJSON", "DurableFiles", "GGUF"]),
        tests("Parquet", ["DurableFiles"]),
        tests("PreferenceData", ["TestPeers", "Conversations", "Parquet", "StrictJSON", "DurableFiles"]),
        tests("DataFormats", ["TestPeers", "PreferenceData", "Conversations", "ImageProcessing", "Parquet", "StrictJSON"]),
        tests("DataAudits", ["PreferenceData", "Conversations", "ImageProcessing", "StrictJSON"]),
        tests(
            "DatasetHubs",
            [
                "StrictJSON", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests("Torch", ["CTorch", "DurableFiles", "StrictJSON", "GGUF"]),
        tests("TorchNN", ["Torch"]),
        tests("Alignment", ["Torch", "TorchNN"]),
        tests(
            "VisionLanguageModels",
            ["Torch", "TorchNN", "Conversations", "Tokenizers", "ImageProcessing", "StrictJSON", "DurableFiles", "GGUF"]),
        tests("Generation", ["Torch", "TorchNN", "VisionLanguageModels"]),
        tests("ModelServing", ["Conversations", "Generation", "ImageProcessing", "Tokenizers", "Torch", "VisionLanguageModels"]),
        tests(
            "ModelServer",
            [
                "TestPeers", "ChatServers", "Conversations", "Gateway", "Generation", "Guardrails", "ImageProcessing", "ModelServing", "SafetyPolicies",
                "StrictJSON", "Torch", "VisionLanguageModels", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        tests("EmbeddedWorld", ["Conversations", "PreferenceData"]),
        tests("Reports", ["Statistics", "StrictJSON"]),
        tests("SafetyPolicies", ["ConfigFiles", "Conversations"]),
        tests("Guardrails", ["SafetyPolicies", "Conversations", "ImageProcessing"]),
        tests(
            "Gateway",
            [
                "TestPeers", "ChatServers", "Guardrails", "SafetyPolicies", "Conversations", "ImageProcessing", "StrictJSON",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        tests("Quickstart", []),
        tests(
            "DatasetBuilding",
            [
                "ConfigFiles", "Conversations", "DurableFiles", "EmbeddedWorld", "Gateway", "PreferenceData", "Statistics", "StrictJSON",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "Annotation",
            [
                "PreferenceData", "SafetyPolicies", "Conversations", "ImageProcessing", "Parquet", "StrictJSON", "DurableFiles",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests(
            "AnnotationServer",
            [
                "TestPeers", "Annotation", "PreferenceData", "SafetyPolicies", "Conversations", "ImageProcessing", "StrictJSON",
                .product(name: "AsyncHTTPClient", package: "async-http-client"), .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        tests(
            "NeuralGuards",
            [
                "Conversations", "EmbeddedWorld", "Evaluation", "Generation", "Guardrails", "Quickstart", "Reports", "SafetyPolicies", "Statistics",
                "StrictJSON", "Torch", "TorchNN", "VisionLanguageModels",
            ]),
        tests("Evaluation", ["Conversations", "PreferenceData", "Reports", "Statistics", "StrictJSON", "VisionLanguageModels"]),
        tests(
            "Training",
            [
                "Alignment", "ConfigFiles", "Conversations", "EmbeddedWorld", "Generation", "ImageProcessing", "PreferenceData",
                "RunFolders", "Statistics", "StrictJSON", "Tokenizers", "Torch", "TorchNN", "VisionLanguageModels",
            ]),
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "saferlhfv", "TestPeers", "Alignment", "Annotation", "ConfigFiles", "Conversations", "DurableFiles", "EmbeddedWorld",
                "Generation",
                "ImageProcessing", "Parquet", "PreferenceData", "RunFolders", "SafetyPolicies", "Statistics", "StrictJSON",
                "Tokenizers", "Torch", "TorchNN", "Training", "VisionLanguageModels",
                .product(name: "AsyncHTTPClient", package: "async-http-client"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ModelCommandTests",
            dependencies: [
                "saferlhfv", "StrictJSON", "Torch", "TorchNN", "VisionLanguageModels",
                .product(name: "AsyncHTTPClient", package: "async-http-client"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
